/** Follows the server: live tables, the audit stream and the latest figures. */
import type { AuditRow, Sample, SessionRow, UserRow } from "./data.ts";

/** Audit events that the page keeps. */
export const MOST_EVENTS = 5000;

export type Connection = "connecting" | "live" | "reconnecting" | "login" | "refused";

export interface SourceLike {
  addEventListener(type: string, listener: (event: { data?: string }) => void): void;
  close(): void;
  readonly readyState: number;
}

export interface World {
  source(known: number): SourceLike;
  /** Why the stream was refused: the status of an answer, 0 where there is none. */
  status(): Promise<number>;
  later(run: () => void, ms: number): void;
}

interface TableData<Row> {
  reset: boolean;
  rows: Row[];
  gone: string[];
  more: boolean;
}

interface AuditData {
  events: AuditRow[];
  missed: number;
}

const CLOSED = 2;
const RETRY_MS = 3000;

export class Feed {
  readonly sessions = new Map<string, SessionRow>();
  readonly users = new Map<string, UserRow>();
  /** The newest last. */
  audit: AuditRow[] = [];
  /** Events before the oldest one here that the server did not keep. */
  missed = 0;
  /** Rises where the list of events begins anew. */
  run = 0;
  samples: Sample[] = [];
  connection: Connection = "connecting";
  /** Whether a table has not come in full yet. */
  loading = true;
  /** Rises with every change. */
  version = 0;
  onChange: () => void = () => undefined;
  /** Told of the events that there is no room for any more. */
  onDrop: (dropped: AuditRow[]) => void = () => undefined;

  private known = 0;

  /** What is older than a hole in the list of events is left out where it can be had `elsewhere`. */
  constructor(private readonly world: World, private readonly elsewhere = false) {}

  start(): void {
    const source = this.world.source(this.known);
    source.addEventListener("open", () => this.become("live"));
    source.addEventListener("error", () => {
      this.become("reconnecting");
      // A browser tries again by itself unless it was answered with something else than a stream.
      if (source.readyState === CLOSED) void this.refused();
    });
    this.listen<TableData<SessionRow>>(source, "sessions", (data) => {
      fill(this.sessions, data, (row) => row.id);
      this.loading = data.more;
    });
    this.listen<TableData<UserRow>>(source, "users", (data) => {
      fill(this.users, data, (row) => row.name);
    });
    this.listen<AuditData>(source, "audit", (data) => this.heard(data));
    this.listen<Sample>(source, "sample", (sample) => {
      if (sample.time !== this.samples.at(-1)?.time) this.samples = [...this.samples, sample].slice(-360);
    });
  }

  private listen<Data>(source: SourceLike, name: string, act: (data: Data) => void): void {
    source.addEventListener(name, (event) => {
      act(JSON.parse(event.data ?? "null") as Data);
      this.changed();
    });
  }

  private heard({ events, missed }: AuditData): void {
    // Numbers begin anew with a restart of the server.
    const first = events[0]?.number ?? 0;
    const again = first <= this.known;
    const hole = this.elsewhere && missed > 0;
    if (again) this.audit = this.audit.filter((event) => event.number < first);
    if (hole) this.audit = [];
    if (this.known > 0 && (again || hole)) this.run += 1;
    const all = [...this.audit, ...events];
    this.audit = all.slice(-MOST_EVENTS);
    if (all.length > MOST_EVENTS) this.onDrop(all.slice(0, -MOST_EVENTS));
    this.known = events.at(-1)?.number ?? this.known;
    this.missed += missed;
  }

  private async refused(): Promise<void> {
    const status = await this.world.status().catch(() => 0);
    if (status === 401) this.become("login");
    else if (status === 403) this.become("refused");
    else this.world.later(() => this.start(), RETRY_MS);
  }

  private become(connection: Connection): void {
    this.connection = connection;
    this.changed();
  }

  private changed(): void {
    this.version += 1;
    this.onChange();
  }
}

function fill<Row>(table: Map<string, Row>, data: TableData<Row>, key: (row: Row) => string): void {
  if (data.reset) table.clear();
  for (const name of data.gone) table.delete(name);
  for (const row of data.rows) table.set(key(row), row);
}
