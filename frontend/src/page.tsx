/** The terminal's page: puts the tab, the terminal and the browser together. */
import "@xterm/xterm/css/xterm.css";
import "./page.css";
import { render } from "preact";
import { Api } from "./api.ts";
import { App } from "./app.tsx";
import { copyText } from "./clipboard.ts";
import { type PageConfig, readConfig, shareIn } from "./config.ts";
import { Connection } from "./connection.ts";
import { offerHandle } from "./handle.ts";
import type { Message } from "./notices.tsx";
import { type Member, type Role, SUBPROTOCOL } from "./protocol.ts";
import { saveText } from "./save.ts";
import { isFinal, isSilent, type Status } from "./status.ts";
import { Tab } from "./tab.ts";
import { type TerminalEvents, TerminalView } from "./term.ts";
import { TEXT } from "./text.ts";
import { followTheme } from "./theme.ts";
import { type Modifier, type NamedKey, Sticky } from "./touchkeys.ts";

const PASSING_MS = 2500;

export class Page {
  readonly config = readConfig<PageConfig>();
  readonly api = new Api(this.config.base);
  messages: Message[] = [];
  /** The name that the session's owner gave it; it goes before what its program says. */
  name = this.config.session_title ?? "";
  /** What the program calls itself. */
  private programTitle = "";
  /** Modifiers that wait for the next key. */
  readonly sticky = new Sticky();
  /** Clients whose wish for control this page's person does not want to hear of. */
  ignored = new Set<string>();
  onChange: () => void = () => undefined;

  private readonly share = this.config.session ? shareIn(location.hash) : null;
  private view: TerminalView | null = null;
  private tab: Tab | null = null;
  private lastMessage = 0;
  private drawn = false;
  /** Whether the session is new and nobody has typed into it, so that nothing is lost with it. */
  private unused = !this.config.session;
  /** The role that is shown; null before the first. */
  private role: Role | null = null;

  get title(): string {
    return this.name || this.programTitle || this.config.title || TEXT.product;
  }

  /** Whether the cursor is in the upper half, where cards would cover what is being typed. */
  get cursorHigh(): boolean {
    return this.view?.cursorHigh ?? true;
  }

  get status(): Status {
    return this.tab?.status ?? { kind: "connecting" };
  }

  get session(): string | null {
    return this.tab?.session.id ?? null;
  }

  /** Bytes that were typed and are on their way; a moment's way is not worth a word. */
  get waiting(): number {
    if (!this.tab) return 0;
    const { status, session } = this.tab;
    const smooth = session.live && !isSilent(status);
    return smooth ? session.input.waiting : session.input.unanswered;
  }

  get held(): Uint8Array {
    return this.tab?.session.input.held ?? new Uint8Array(0);
  }

  /** Whether this page came with a share instead of belonging to the session's owner. */
  get guest(): boolean {
    return this.share !== null;
  }

  get members(): Member[] {
    return this.tab?.session.live ? this.tab.session.members : [];
  }

  get me(): string | null {
    return this.tab?.session.client ?? null;
  }

  get mayControl(): boolean {
    return this.tab?.session.mayControl ?? true;
  }

  /** Those who wait for this page to decide. */
  get asking(): Member[] {
    if (this.guest) return [];
    return this.members.filter(({ asks, client }) => asks && !this.ignored.has(client));
  }

  start(host: HTMLElement): void {
    const { font_family: family, font_size: size } = this.config;
    const view = new TerminalView(host, this.events(), { family, size });
    this.view = view;
    const tab = (this.tab = this.makeTab(view));
    followTheme(this.config.theme, (theme, dark) => view.paint(theme, dark));
    view.whenResized(() => this.resized());
    this.watchTheBrowser(tab);
    offerHandle(this, tab, view);
    tab.start();
    view.focus();
  }

  readonly takeControl = (): void => {
    this.tab?.takeControl();
    this.focus();
  };

  readonly grant = (client: string): void => {
    this.ignored.delete(client);
    this.tab?.grantControl(client);
  };

  readonly ignore = (client: string): void => {
    this.ignored.add(client);
    this.changed();
    this.focus();
  };

  readonly release = (): void => {
    this.tab?.session.releaseControl();
    this.focus();
  };

  readonly retryNow = (): void => {
    this.tab?.nudge();
    this.focus();
  };

  readonly focus = (): void => this.view?.focus();

  readonly sendHeld = (): void => {
    this.tab?.session.input.releaseHeld();
    this.changed();
    this.focus();
  };

  readonly discardHeld = (): void => {
    this.tab?.session.input.discardHeld();
    this.changed();
    this.focus();
  };

  readonly press = (key: NamedKey): void => this.view?.press(this.sticky, key);

  readonly toggle = (modifier: Modifier): void => {
    this.sticky.toggle(modifier);
    this.changed();
  };

  readonly rename = async (): Promise<void> => {
    const { session } = this;
    const name = prompt(TEXT.renameAsk, this.name)?.trim();
    if (session === null || name === undefined) return;
    try {
      this.name = await this.api.rename(session, name);
      this.titleChanged();
    } catch (error) {
      this.say((error instanceof Error && error.message) || TEXT.serverTrouble);
    }
  };

  /** The person goes to another session: a new one that was never used is of no use to anybody. */
  readonly goElsewhere = (): void => {
    if (this.unused && this.tab?.session.live) this.tab.session.close();
  };

  /** Everything that this page's terminal still holds, as a text file. */
  readonly saveOutput = (): void => {
    if (this.view) saveText(this.title, this.view.text());
    this.focus();
  };

  readonly endSession = (): void => {
    if (confirm(TEXT.endSessionSure)) this.tab?.session.close();
  };

  readonly logOut = async (): Promise<void> => {
    try {
      await this.api.logout();
    } finally {
      location.assign(this.config.logout ?? `${this.config.base}login`);
    }
  };

  readonly copyMessage = async (message: Message): Promise<void> => {
    if (await copyText(message.copy ?? "")) this.dismiss(message);
    this.focus();
  };

  /** Open the menu, which lists the sessions. */
  readonly showMenu = (message: Message): void => {
    this.dismiss(message);
    const menu = document.getElementById("menu");
    menu?.click();
    menu?.focus();
  };

  readonly dismiss = (message: Message): void => {
    this.messages = this.messages.filter((other) => other.id !== message.id);
    this.changed();
  };

  private events(): TerminalEvents {
    return {
      typed: (data) => this.typed(data),
      replied: (data) => this.tab?.session.reply(data),
      titled: (title) => this.titled(title),
      copyOffered: (copy) => this.say(TEXT.copyOffer(copy.length), { copy }),
      copied: () => this.say(TEXT.copied, { good: true }),
      leave: () => document.getElementById("menu")?.focus(),
      mayAct: () => this.tab !== null && !this.tab.session.output.muted,
    };
  }

  private makeTab(view: TerminalView): Tab {
    const { base, session } = this.config;
    return new Tab(
      view,
      {
        api: this.api,
        socket: () => new WebSocket(Connection.url(base, location), SUBPROTOCOL),
        timers: { set: (run, ms) => window.setTimeout(run, ms), clear: (id) => clearTimeout(id) },
        now: () => Date.now(),
        random: () => Math.random(),
        online: () => navigator.onLine,
      },
      {
        changed: () => {
          this.roleShown(view);
          if (this.status.kind === "ended") view.freeze();
          this.changed();
        },
        attached: (id) => this.attached(id),
        skipped: (bytes) => this.say(TEXT.skipped(bytes)),
        notice: (_code, message) => this.say(message),
      },
      view.proposed() ?? { cols: 80, rows: 24 },
      randomId(),
      session || null,
      this.share,
    );
  }

  private typed(data: Uint8Array): void {
    const { tab } = this;
    if (!tab || isFinal(tab.status)) return;
    this.unused = false;
    this.messages = this.messages.filter((message) => !message.menu);
    const taken = tab.session.type(this.withModifiers(data));
    if (taken === "viewer") {
      this.say(this.guest ? TEXT.guestHint : TEXT.viewerTyped, { good: true });
    }
    if (taken === "full") this.say(TEXT.inputFull);
  }

  /** Draw as the role wants it, and say it once when it has changed. */
  private roleShown(view: TerminalView): void {
    const { tab } = this;
    if (!tab?.session.live || tab.session.role === this.role) return;
    const first = this.role === null;
    this.role = tab.session.role;
    view.letterbox(this.role === "viewer");
    if (this.role === "viewer") this.say(this.guest ? TEXT.guestHint : TEXT.viewerHint, { good: true });
    else if (this.guest) this.say(TEXT.granted, { good: true });
    else if (!first) this.say(TEXT.back, { good: true });
  }

  private withModifiers(data: Uint8Array): Uint8Array {
    if (!this.sticky.ctrl && !this.sticky.alt) return data;
    return new TextEncoder().encode(this.sticky.typed(new TextDecoder().decode(data)));
  }

  private titled(title: string): void {
    this.programTitle = title;
    this.titleChanged();
  }

  private titleChanged(): void {
    document.title = this.title;
    this.changed();
  }

  /** Who comes back by the base address gets a new session; the others are not forgotten. */
  private async tellOfWaiting(): Promise<void> {
    const rows = await this.api.sessions().catch(() => []);
    const waiting = rows.filter(({ id, attached }) => attached === 0 && id !== this.session).length;
    if (waiting > 0 && this.unused) this.say(TEXT.othersWait(waiting), { menu: true });
  }

  private attached(id: string): void {
    const here = `${this.config.base}s/${id}`;
    if (location.pathname !== here) {
      history.replaceState(null, "", here);
      if (this.config.user) void this.tellOfWaiting();
    }
    this.resized();
  }

  /** The terminal is drawn at the size that the server says; this page only wishes. */
  private resized(): void {
    const wish = this.view?.proposed();
    if (!wish || !this.view) return;
    this.tab?.session.wishSize(wish);
    // What has ended has nobody left to ask.
    if (this.status.kind === "ended") this.view.resize(wish);
  }

  private watchTheBrowser(tab: Tab): void {
    addEventListener("online", () => tab.nudge());
    addEventListener("offline", () => tab.doubt());
    document.addEventListener("visibilitychange", () => {
      if (!document.hidden) tab.nudge();
    });
    addEventListener("pagehide", () => tab.suspend());
    addEventListener("pageshow", (event) => {
      if (event.persisted) tab.wake();
    });
    addEventListener("beforeunload", (event) => {
      if (this.waiting > 0) event.preventDefault();
    });
  }

  private say(text: string, more: Partial<Message> = {}): void {
    const message: Message = { id: ++this.lastMessage, text, ...more };
    const others = this.messages.filter((other) => other.text !== text);
    this.messages = [...others, message].slice(-4);
    this.changed();
    if (more.good) setTimeout(() => this.dismiss(message), PASSING_MS);
  }

  /** Draw once per frame, however much has changed. */
  private changed(): void {
    if (this.drawn) return;
    this.drawn = true;
    queueMicrotask(() => {
      this.drawn = false;
      this.onChange();
    });
  }
}

function randomId(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}

const app = document.getElementById("app");
if (app) render(<App page={new Page()} />, app);
