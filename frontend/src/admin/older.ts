/** Events from before those that the server has in memory, for somebody who goes back to them. */
import { ApiError } from "../api.ts";
import type { AuditRow, KeptRow, OlderPage } from "./data.ts";

/** Events that are kept of them: as many as a table can show without being a burden. */
export const MOST_OLDER = 20_000;

/** Events that are asked for at once. */
const PAGE = 200;

/** How often, and how long apart, it is tried again while an earlier request is still under way. */
const TRIES = 30;
const PAUSE_MS = 500;

export interface Wanted {
  event: string;
  user: string;
}

export interface Asking {
  page(query: Record<string, string>): Promise<OlderPage>;
  pause(ms: number): Promise<void>;
}

export class Older {
  /** The newest last, with numbers that go on downwards from those of the server. */
  rows: AuditRow[] = [];
  started = false;
  busy = false;
  /** Whether there are no older ones. */
  done = false;
  problem: unknown = null;
  onChange: () => void = () => undefined;

  private known = new Set<string>();
  private next: { sink: string; cursor: string } | null = null;
  private stopped = false;

  constructor(
    private readonly asking: Asking,
    private readonly wanted: Wanted,
  ) {}

  get full(): boolean {
    return this.rows.length >= MOST_OLDER;
  }

  /**
   * Go on until there is something older than what is shown, or nothing at all.
   * Gives the rows that have come, the newest first.
   */
  async more(live: readonly AuditRow[]): Promise<AuditRow[]> {
    if (this.busy || this.done || this.full) return [];
    this.started = this.busy = true;
    this.stopped = false;
    this.problem = null;
    this.onChange();
    try {
      return await this.search(live);
    } catch (error) {
      // Another beginning may lead on where this cursor does not.
      if (error instanceof ApiError && error.code === "cursor_gone") this.next = null;
      if (!this.stopped) this.problem = error;
      return [];
    } finally {
      this.busy = false;
      this.onChange();
    }
  }

  /** Look no further; what is on its way is not shown. */
  stop(): void {
    this.stopped = true;
  }

  /** Keep rows which the live list has no room for any more, so that there is no hole. */
  take(dropped: readonly AuditRow[]): void {
    if (!this.started) return;
    this.rows = [...this.rows, ...dropped.filter((row) => passes(row, this.wanted))];
    for (const row of dropped) this.known.add(keyOf(row));
  }

  private async search(live: readonly AuditRow[]): Promise<AuditRow[]> {
    for (;;) {
      const answer = await this.ask(this.rows[0] ?? live[0]);
      if (this.stopped) return [];
      const shown = new Set(live.map(keyOf));
      const fresh = answer.events.filter((row) => !shown.has(keyOf(row)) && this.isNew(row));
      const first = Math.min(this.rows[0]?.number ?? Infinity, live[0]?.number ?? Infinity);
      const from = first === Infinity ? 0 : first;
      const rows = fresh.map((row, index) => ({ ...row, number: from - 1 - index }));
      this.rows = [...[...rows].reverse(), ...this.rows];
      this.next = answer.cursor === null ? null : { sink: answer.sink, cursor: answer.cursor };
      this.done = answer.cursor === null;
      if (rows.length > 0 || this.done) return rows;
    }
  }

  private async ask(oldest: AuditRow | undefined): Promise<OlderPage> {
    const begin: Record<string, string> = oldest ? { until: String(oldest.time) } : {};
    const query = { ...this.wanted, ...(this.next ?? begin), limit: String(PAGE) };
    for (let left = TRIES; ; left -= 1) {
      try {
        return await this.asking.page(query);
      } catch (error) {
        const wait = error instanceof ApiError && error.code === "busy" && left > 0 && !this.stopped;
        if (!wait) throw error;
        await this.asking.pause(PAUSE_MS);
      }
    }
  }

  private isNew(row: KeptRow): boolean {
    const key = keyOf(row);
    if (this.known.has(key)) return false;
    this.known.add(key);
    return true;
  }
}

/** Whether an event is of a kind, a family ("session.*"), or of any where that is empty. */
export function fits(event: string, kind: string): boolean {
  return kind === "" || (kind.endsWith("*") ? event.startsWith(kind.slice(0, -1)) : event === kind);
}

export function passes(row: KeptRow, { event, user }: Wanted): boolean {
  return fits(row.event, event) && (user === "" || row.user === user);
}

/** Events have no names of their own: those that are equal in everything are one. */
function keyOf({ event, time, user, remote, session, facts }: KeptRow): string {
  return JSON.stringify([event, time, user, remote, session, facts], (_, value: unknown) =>
    value !== null && typeof value === "object" && !Array.isArray(value)
      ? Object.fromEntries(Object.entries(value).sort(([one], [other]) => (one < other ? -1 : 1)))
      : value);
}
