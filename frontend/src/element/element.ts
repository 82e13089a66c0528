/** `<tornterm-terminal>`: a terminal in any page, as one module. docs/embedding.md describes it. */
import { textOf } from "../buffer.ts";
import { copyText } from "../clipboard.ts";
import { holderOf } from "../holder.ts";
import type { Taken } from "../input.ts";
import type { Size } from "../protocol.ts";
import { Search } from "../search.ts";
import { isFinal, type Status } from "../status.ts";
import { Client } from "../client.ts";
import { TerminalView } from "../term.ts";
import { TEXT } from "../text.ts";
import { Touch } from "../touch.ts";
import { watchTheBrowser } from "../weather.ts";
import { fontFor, lettersOf, paletteFor, watchLooks } from "./colours.ts";
import { Frame } from "./frame.ts";
import { speakLike } from "./language.ts";
import { copyNotice, type Deed, heldNotice, type Notice, noticeOf, sayNotice, stillSo } from "./notice.ts";
import { surroundings } from "./surroundings.ts";
import { type State, Telling } from "./telling.ts";
import { type TicketSource, ticketsOf } from "./tickets.ts";

export interface SearchOptions {
  caseSensitive?: boolean;
  regex?: boolean;
  /** Go to the match before instead of the next one. */
  back?: boolean;
}

/** One terminal that is drawn, and everything that ends with it. */
interface Running {
  view: TerminalView;
  client: Client;
  search: Search;
  end: AbortController;
}

const HERE = new URL(".", import.meta.url).href;

export class TorntermTerminal extends HTMLElement {
  static readonly observedAttributes = ["src", "session", "profile", "ticket-src"];

  /** Where tickets come from; goes before the attribute `ticket-src`. */
  ticketSource: TicketSource | null = null;

  private readonly frame = new Frame(this.attachShadow({ mode: "open" }), (deed) => this.act(deed));
  private readonly telling = new Telling(this);
  private running: Running | null = null;
  private fixed: Size | null = null;
  private said: Notice | null = null;
  private offered = "";
  private settling = false;
  private fresh = false;

  // --- what a page asks ------------------------------------------------------------------------

  /** The state of the connection, with its facts; `kind` is the state's name. */
  get state(): State {
    const client = this.running?.client;
    const status: Status = client?.status ?? { kind: "connecting" };
    return { ...status, session: client?.session.id ?? null, waiting: client?.session.input.waiting ?? 0 };
  }

  /** What is selected. */
  get selection(): string {
    return this.running?.view.terminal.getSelection() ?? "";
  }

  /** All that the terminal holds, as text. */
  text(): string {
    return this.running ? textOf(this.running.view.terminal) : "";
  }

  /** The terminal's size in cells. */
  get size(): Size {
    const { cols = 0, rows = 0 } = this.running?.view.terminal ?? {};
    return { cols, rows };
  }

  // --- what a page does ------------------------------------------------------------------------

  /** Type: text or bytes, as if the person had. Enter is "\r". */
  input(data: string | Uint8Array): Taken | "ended" {
    const client = this.running?.client;
    if (!client || isFinal(client.status)) return "ended";
    return client.session.type(typeof data === "string" ? new TextEncoder().encode(data) : data);
  }

  /** Paste: as `input`, but the program learns that nobody typed it, where it wants to know. */
  paste(text: string): void {
    this.running?.view.terminal.paste(text);
  }

  /** Have this size whatever the element's, drawn as small as it has to be; without one, fit again. */
  resize(cols?: number, rows?: number): void {
    this.fixed = cols && rows ? { cols, rows } : null;
    this.resized();
  }

  override focus(): void {
    this.running?.view.focus();
  }

  override blur(): void {
    this.running?.view.terminal.blur();
  }

  /** Find text, mark all of it and go to the next; tells how many there are. No text: no marks. */
  async search(text: string, options: SearchOptions = {}): Promise<number> {
    const { caseSensitive = false, regex = false, back = false } = options;
    const search = this.running?.search;
    await search?.find({ text, caseSensitive, regex }, { back });
    return search?.found?.count ?? 0;
  }

  /** Take the right to write, or the session itself from another page. */
  takeControl(): void {
    this.running?.client.takeControl();
  }

  /** Connect now instead of waiting, also after a login has ended. */
  reconnect(): void {
    const client = this.running?.client;
    if (client?.status.kind === "login") client.takeControl();
    else client?.nudge();
  }

  /** Begin again, with a new session. */
  restart(): void {
    this.fresh = true;
    this.settle();
  }

  /** End the session, program and all. */
  end(): void {
    this.running?.client.session.close();
  }

  // --- its life --------------------------------------------------------------------------------

  connectedCallback(): void {
    this.settle();
  }

  disconnectedCallback(): void {
    // Whoever is only moved to another place in the page is connected again at once.
    queueMicrotask(() => {
      if (!this.isConnected) this.stop();
    });
  }

  attributeChangedCallback(_name: string, before: string | null, after: string | null): void {
    if (before !== after && this.running) {
      this.stop();
      this.settle();
    }
  }

  /** Begin when everything that the page does at once has been done. */
  private settle(): void {
    if (this.settling) return;
    this.settling = true;
    queueMicrotask(() => {
      this.settling = false;
      if (!this.isConnected || (this.running && !this.fresh)) return;
      this.stop();
      this.start();
      this.fresh = false;
    });
  }

  private start(): void {
    const end = new AbortController();
    this.frame.speak(speakLike(this));
    const host = this.frame.emptyHost();
    const view = new TerminalView(host, this.heard(), fontFor(this));
    const touch = new Touch(view.terminal, host, { copy: () => void view.copy(false) }, lettersOf(this, view.fitting, this.telling), true);
    end.signal.addEventListener("abort", () => touch.dispose());
    const client = this.makeClient(view);
    const search = new Search(view.terminal, () => undefined);
    this.running = { view, client, search, end };
    this.paint();
    watchLooks(this, () => this.respeak(), end.signal);
    view.fitting.whenResized(() => this.resized());
    view.terminal.onSelectionChange(() => this.telling.selection(this.selection));
    watchTheBrowser(() => [client], end.signal);
    const countDown = setInterval(() => client.status.kind === "reconnecting" && this.changed(), 500);
    end.signal.addEventListener("abort", () => clearInterval(countDown));
    this.said = null;
    client.start();
    this.changed();
  }

  private stop(): void {
    const { running } = this;
    this.running = null;
    running?.end.abort();
    running?.client.stop();
    running?.view.dispose();
  }

  private makeClient(view: TerminalView): Client {
    const client = new Client(
      view,
      surroundings(new URL(this.getAttribute("src") ?? HERE, document.baseURI), this.ticketSource ?? ticketsOf(this)),
      {
        changed: () => this.changed(),
        attached: () => ((this.said = stillSo(this.said)), this.resized()),
        skipped: (bytes) => this.say(sayNotice(TEXT.skipped(bytes))),
        notice: (code, message) => this.say(sayNotice(message, code)),
      },
      this.fixed ?? view.fitting.proposed() ?? { cols: 80, rows: 24 },
      crypto.getRandomValues(new Uint32Array(4)).join("-"),
      (this.fresh ? null : this.getAttribute("session")) || null,
    );
    const profile = this.getAttribute("profile");
    if (profile) client.session.opening = { profile };
    return client;
  }

  // --- what happens ----------------------------------------------------------------------------

  private heard(): ConstructorParameters<typeof TerminalView>[1] {
    return {
      typed: (data) => {
        if (this.input(data) === "full") this.say(sayNotice(TEXT.inputFull));
      },
      replied: (data) => this.running?.client.session.reply(data),
      titled: (title) => this.telling.tell("title", { title }),
      copied: () => undefined,
      waits: () => false,
      leave: () => {
        if (this.telling.tell("leave", {}) && !this.frame.focusNotice()) this.blur();
      },
      copies: {
        allowed: () => (this.running?.client.session.output.muted === false ? "gesture" : "never"),
        offer: (text) => {
          this.offered = text;
          this.say(copyNotice(text.length));
        },
        tooMuch: (length) => this.say(sayNotice(TEXT.copyTooMuch(length))),
      },
    };
  }

  /** Draw what is new, and tell the page of it. */
  private changed(): void {
    const { running, state } = this;
    if (!running) return;
    const { view, client } = running;
    if (client.session.live) view.fitting.letterbox(client.session.role === "viewer" || this.fixed !== null);
    if (state.kind === "ended") view.freeze();
    const held = client.session.input.held.length;
    const notice = noticeOf(state, Date.now(), holderOf(client.session.members, client.session.client));
    this.frame.show(notice ?? (held > 0 ? heldNotice(held) : this.said), state.kind);
    this.telling.state(state);
  }

  private act(deed: Deed): void {
    const session = this.running?.client.session;
    if (deed === "take") this.takeControl();
    else if (deed === "now") this.reconnect();
    else if (deed === "again") this.restart();
    else if (deed === "send") session?.input.releaseHeld();
    else if (deed === "discard") session?.input.discardHeld();
    else this.said = null;
    if (deed === "copy") void copyText(this.offered);
    this.changed();
    this.focus();
  }

  private say(notice: Notice): void {
    this.said = notice;
    this.changed();
  }

  private resized(): void {
    const { running } = this;
    const wish = this.fixed ?? running?.view.fitting.proposed();
    if (!running || !wish) return;
    running.client.session.wishSize(wish);
    if (running.client.status.kind === "ended") running.view.resize(wish);
    this.changed();
  }

  /** What was said, in the language that the page is in now; and its looks with it. */
  private respeak(): void {
    this.frame.speak(speakLike(this));
    this.running?.view.terminal.textarea?.setAttribute("aria-label", TEXT.terminal);
    this.paint();
  }

  private paint(): void {
    const palette = paletteFor(this);
    this.running?.view.paint(palette);
    this.running?.view.fitting.useFont(fontFor(this));
    this.frame.paint(palette.colours);
    this.resized();
  }
}
