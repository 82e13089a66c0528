/** One terminal of the page: what is drawn, the session behind it, and what there is to say of it. */
import { type Around, browserWorld, randomId, type Wish } from "./around.ts";
import { Client } from "./client.ts";
import { Company } from "./company.ts";
import { Effects } from "./effects.ts";
import { transfersOf, watchFiles } from "./files/exchange.ts";
import type { Transfers } from "./files/transfers.ts";
import type { Font } from "./fitting.ts";
import { leaveTerminal } from "./leave.ts";
import type { Message } from "./notices.tsx";
import { isOver, isStanding, takesPlace } from "./standing.ts";
import { isFinal, isSilent, type Status } from "./status.ts";
import { type TerminalEvents, TerminalView } from "./term.ts";
import { TEXT } from "./text.ts";
import { Touch } from "./touch.ts";
import type { Modifier, NamedKey } from "./touchkeys.ts";

const PASSING_MS = 2500;

export class Pane {
  messages: Message[] = [];
  /** The name that the session's owner gave it; it goes before what its program says. */
  name: string;
  view: TerminalView | null = null;
  client: Client | null = null;
  readonly company: Company;
  readonly effects: Effects;
  /** Files that are offered, dropped or on their way. */
  readonly transfers: Transfers;
  /** Whether the session is new and nobody has typed into it, so that nothing is lost with it. */
  unused: boolean;

  /** What the program calls itself. */
  private programTitle = "";
  private lastMessage = 0;
  private touch: Touch | null = null;

  constructor(
    private readonly around: Around,
    readonly wish: Wish,
  ) {
    this.company = new Company(this, around);
    this.effects = new Effects(this, around);
    this.transfers = transfersOf(this, around);
    this.name = wish.name;
    this.unused = wish.session === null;
  }

  get title(): string {
    return this.name || this.programTitle;
  }

  /** Whether the cursor is in the upper half, where cards would cover what is being typed. */
  get cursorHigh(): boolean {
    return this.view?.cursorHigh ?? true;
  }

  get status(): Status {
    return this.client?.status ?? { kind: "connecting" };
  }

  get session(): string | null {
    return this.client?.session.id ?? null;
  }

  /** The session that it shows, or will once somebody looks at it. */
  get shows(): string | null {
    return this.session ?? this.wish.session;
  }

  /** Bytes that were typed and are on their way; a moment's way is not worth a word. */
  get waiting(): number {
    if (!this.client) return 0;
    const { status, session } = this.client;
    const smooth = session.live && !isSilent(status);
    return smooth ? session.input.waiting : session.input.unanswered;
  }

  get held(): Uint8Array {
    return this.client?.session.input.held ?? new Uint8Array(0);
  }

  /** Whether this page came with a share instead of belonging to the session's owner. */
  get guest(): boolean {
    return this.wish.share !== null;
  }

  /** Draw into `host`, and connect. */
  start(host: HTMLElement): void {
    const view = new TerminalView(host, this.events(), this.around.font);
    this.view = view;
    this.client = this.makeClient(view);
    if (this.wish.profile) this.client.session.opening = { profile: this.wish.profile };
    this.effects.start(view.terminal, host);
    watchFiles(this, view.terminal, host);
    this.touch = new Touch(view.terminal, host, { copy: this.copySelection, paste: () => void this.effects.pasteClipboard() }, {
      now: () => view.fitting.chosenSize,
      choose: (size) => this.around.chooseSize(size),
    });
    view.fitting.whenResized(() => this.resized());
    this.client.start();
  }

  /** It is not needed any more; its session waits, unless nobody has used it. */
  dispose(): void {
    this.goElsewhere();
    this.client?.suspend();
    this.client = null;
    this.touch?.dispose();
    this.view?.dispose();
    this.view = null;
  }

  /** Whether the output is new, so that what it asks for may act outside the screen. */
  get live(): boolean {
    return this.client !== null && !this.client.session.output.muted;
  }

  readonly retryNow = (): void => {
    this.client?.nudge();
    this.focus();
  };

  readonly focus = (): void => this.view?.focus();

  readonly sendHeld = (): void => {
    this.client?.session.input.releaseHeld();
    this.around.changed();
    this.focus();
  };

  readonly discardHeld = (): void => {
    this.client?.session.input.discardHeld();
    this.around.changed();
    this.focus();
  };

  readonly press = (key: NamedKey): void => this.view?.press(this.around.sticky, key);

  readonly toggle = (modifier: Modifier): void => {
    this.view?.settle();
    this.around.sticky.toggle(modifier);
    this.around.changed();
  };

  readonly rename = async (): Promise<void> => {
    const { session } = this;
    const name = prompt(TEXT.renameAsk, this.name)?.trim();
    if (session === null || name === undefined) return;
    try {
      this.name = await this.around.api.rename(session, name);
      this.around.changed();
    } catch (error) {
      this.say((error instanceof Error && error.message) || TEXT.serverTrouble);
    }
  };

  /** The person goes to another session: a new one that was never used is of no use to anybody. */
  readonly goElsewhere = (): void => {
    if (this.unused && this.client?.session.live) this.client.session.close();
  };

  readonly copySelection = (): void => void this.view?.copy(false);

  /** With colours, for a mail or a document. */
  readonly copyHtml = async (): Promise<void> => {
    const { copyAsHtml } = await import("./html.ts");
    const done = this.view !== null && (await copyAsHtml(this.view.terminal));
    this.say(done ? TEXT.copied : TEXT.notCopied, { good: done });
    this.focus();
  };

  readonly endSession = (): void => {
    if (confirm(TEXT.endSessionSure)) this.client?.session.close();
  };

  readonly dismiss = (message: Message): void => {
    this.messages = this.messages.filter((other) => other.id !== message.id);
    this.around.changed();
  };

  /** Show a sentence over the terminal; what is good passes by itself. */
  say(text: string, more: Partial<Message> = {}): void {
    const message: Message = { id: ++this.lastMessage, text, ...more };
    const others = this.messages.filter((other) => other.text !== text);
    this.messages = [...others, message].slice(-4);
    this.around.changed();
    if (more.good) setTimeout(() => this.dismiss(message), PASSING_MS);
  }

  /** Something that the server says; what it said before may not be so any more. */
  private tell(code: string, text: string): void {
    this.messages = this.messages.filter((message) => !takesPlace(code, message.code));
    this.say(text, { code, good: isOver(code) });
  }

  /** What was so before the connection was cut is said again, if it is still so. */
  private forgetStanding(): void {
    this.messages = this.messages.filter(({ code }) => !isStanding(code));
  }

  useFont(font: Font): void {
    this.view?.fitting.useFont(font);
    this.resized();
  }

  /** The terminal is drawn at the size that the server says; this page only wishes. */
  resized(): void {
    const wish = this.view?.fitting.proposed();
    if (!wish || !this.view) return;
    this.client?.session.wishSize(wish);
    // What has ended has nobody left to ask.
    if (this.status.kind === "ended") this.view.resize(wish);
  }

  private events(): TerminalEvents {
    return {
      typed: (data) => this.typed(data),
      replied: (data) => this.client?.session.reply(data),
      titled: (title) => {
        this.programTitle = title;
        this.around.changed();
      },
      copied: () => this.say(TEXT.copied, { good: true }),
      leave: leaveTerminal,
      waits: () => this.around.sticky.waits,
      copies: this.effects.copies,
    };
  }

  private makeClient(view: TerminalView): Client {
    const { config, api } = this.around;
    return new Client(
      view,
      browserWorld(api, config.base),
      {
        changed: () => {
          this.company.followRole();
          if (this.status.kind === "ended") view.freeze();
          if (isFinal(this.status)) this.forgetStanding();
          this.around.changed();
        },
        attached: (id) => {
          this.forgetStanding();
          this.around.attached(this, id);
          this.resized();
        },
        skipped: (bytes) => this.say(TEXT.skipped(bytes)),
        notice: (code, message) => this.tell(code, message),
      },
      view.fitting.proposed() ?? { cols: 80, rows: 24 },
      randomId(),
      this.wish.session,
      this.wish.share,
    );
  }

  private typed(data: Uint8Array): void {
    const { client } = this;
    if (!client || isFinal(client.status)) return;
    this.unused = false;
    this.messages = this.messages.filter((message) => !message.menu);
    const taken = client.session.type(this.withModifiers(data));
    if (taken === "viewer") {
      const hint = this.company.typedInVain(performance.now());
      if (hint) this.say(hint, { good: true });
    }
    if (taken === "full") this.say(TEXT.inputFull);
  }

  private withModifiers(data: Uint8Array): Uint8Array {
    const { sticky } = this.around;
    if (!sticky.ctrl && !sticky.alt) return data;
    return new TextEncoder().encode(sticky.typed(new TextDecoder().decode(data)));
  }
}
