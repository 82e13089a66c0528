/** Who is at a terminal of the page, who types there, and what its person does about it. */
import type { Around } from "./around.ts";
import { holderOf } from "./holder.ts";
import type { Pane } from "./pane.ts";
import type { Member, Role } from "./protocol.ts";
import { TEXT } from "./text.ts";

/** How long somebody who goes on typing is spared the hint that it is in vain. */
const HINT_MS = 10_000;

export class Company {
  /** Clients whose wish for control this page's person does not want to hear of. */
  private readonly ignored = new Set<string>();
  /** The role that is shown; null before the first. */
  private role: Role | null = null;
  /** Whether what that means is yet to be said; who is there comes right after the role. */
  private news: "first" | "change" | null = null;
  /** What was said last of this page's role. */
  private said = "";
  /** When it was last said that typing is in vain. */
  private hinted = Number.NEGATIVE_INFINITY;

  constructor(
    private readonly pane: Pane,
    private readonly around: Around,
  ) {}

  /** Everybody who is there, this page among them. */
  get members(): Member[] {
    const { client } = this.pane;
    return client?.session.live ? client.session.members : [];
  }

  /** This page's own client. */
  get me(): string | null {
    return this.pane.client?.session.client ?? null;
  }

  get mayControl(): boolean {
    return this.pane.client?.session.mayControl ?? true;
  }

  /** Those who wait for this page to decide. */
  get asking(): Member[] {
    if (this.pane.guest) return [];
    return this.members.filter(({ asks, client }) => asks && !this.ignored.has(client));
  }

  readonly takeControl = (): void => {
    this.pane.client?.takeControl();
    this.pane.focus();
  };

  readonly release = (): void => {
    this.pane.client?.session.releaseControl();
    this.pane.focus();
  };

  readonly grant = (client: string): void => {
    this.ignored.delete(client);
    this.pane.client?.grantControl(client);
  };

  readonly ignore = (client: string): void => {
    this.ignored.add(client);
    this.around.changed();
    this.pane.focus();
  };

  /** Draw as this page's role wants it, and say it once when it has changed. */
  followRole(): void {
    const { pane, members, me } = this;
    const { client } = pane;
    if (!client?.session.live) return;
    const { role } = client.session;
    if (role !== this.role) {
      this.news = this.role === null ? "first" : "change";
      this.role = role;
      pane.view?.fitting.letterbox(role === "viewer");
    }
    if (this.news === null || !members.some((member) => member.client === me && member.role === role)) return;
    const words = this.roleSaid(role, this.news === "first");
    this.news = null;
    // What was said of the role before is not so any more.
    pane.messages = pane.messages.filter(({ text }) => text !== this.said);
    this.said = words;
    if (words) pane.say(words, { good: true });
  }

  /** What to say to a person who types and only watches; empty where it was said a moment ago. */
  typedInVain(now: number): string {
    if (now - this.hinted < HINT_MS) return "";
    this.hinted = now;
    if (!this.pane.guest) return TEXT.viewerTyped;
    return this.mayControl ? TEXT.guestTyped : TEXT.watcherTyped;
  }

  private roleSaid(role: Role, first: boolean): string {
    const { guest } = this.pane;
    if (role === "viewer") return guest ? TEXT.guestHint : holderOf(this.members, this.me);
    if (guest) return TEXT.granted;
    return first ? "" : TEXT.back;
  }
}
