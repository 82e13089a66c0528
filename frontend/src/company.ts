/** Who is at a terminal of the page, who types there, and what its person does about it. */
import type { Around } from "./around.ts";
import type { Pane } from "./pane.ts";
import type { Member, Role } from "./protocol.ts";
import { TEXT } from "./text.ts";

export class Company {
  /** Clients whose wish for control this page's person does not want to hear of. */
  private readonly ignored = new Set<string>();
  /** The role that is shown; null before the first. */
  private role: Role | null = null;

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
    const { pane } = this;
    const { client, guest } = pane;
    if (!client?.session.live || client.session.role === this.role) return;
    const first = this.role === null;
    this.role = client.session.role;
    pane.view?.fitting.letterbox(this.role === "viewer");
    if (this.role === "viewer") pane.say(guest ? TEXT.guestHint : TEXT.viewerHint, { good: true });
    else if (guest) pane.say(TEXT.granted, { good: true });
    else if (!first) pane.say(TEXT.back, { good: true });
  }
}
