/** xterm.js, with everything that this page adds to it. */
import { ClipboardAddon } from "@xterm/addon-clipboard";
import { Unicode11Addon } from "@xterm/addon-unicode11";
import { WebLinksAddon } from "@xterm/addon-web-links";
import { type ITerminalOptions, Terminal } from "@xterm/xterm";
import { copyText, type CopyWishes, WriteOnlyClipboard } from "./clipboard.ts";
import { Composing } from "./composing.ts";
import { Fitting, type Font } from "./fitting.ts";
import { insideOf, mayPause } from "./inside.ts";
import { actionOf, platformOf } from "./keys.ts";
import type { Screen } from "./output.ts";
import type { Palette } from "./palettes.ts";
import type { Size } from "./protocol.ts";
import { TEXT } from "./text.ts";
import type { NamedKey, Sticky } from "./touchkeys.ts";
import { drawFast } from "./webgl.ts";

const OPTIONS: ITerminalOptions = {
  allowProposedApi: true, // the choice of Unicode tables is one
  lineHeight: 1.15,
  logLevel: "off",
  macOptionClickForcesSelection: true,
  rightClickSelectsWord: false,
  scrollback: 10_000,
};

export interface TerminalEvents {
  typed(data: Uint8Array): void;
  replied(data: Uint8Array): void;
  titled(title: string): void;
  copied(): void;
  leave(): void;
  /** Whether a modifier waits for the next key. */
  waits(): boolean;
  /** What becomes of a program's wish to copy something. */
  copies: CopyWishes;
}

export class TerminalView implements Screen {
  readonly terminal = new Terminal(OPTIONS);
  readonly fitting: Fitting;

  private readonly encoder = new TextEncoder();
  private readonly inside = insideOf(this.terminal);
  private readonly platform = platformOf(navigator.platform);
  /** Called whenever output has been parsed, and so stands in the buffer. */
  readonly parsed = new Set<() => void>();
  private writing = 0;
  private byPerson = false;
  private joining = false;
  /** Ends the joining of signs, which begins when it is there. */
  private joined: Promise<() => void> = Promise.resolve(() => undefined);
  private composing: Composing | null = null;

  constructor(
    host: HTMLElement,
    private readonly events: TerminalEvents,
    font: Font,
  ) {
    const { terminal } = this;
    terminal.options.cursorBlink = !matchMedia("(prefers-reduced-motion: reduce)").matches;
    this.fitting = new Fitting(terminal, host, font);
    terminal.loadAddon(new Unicode11Addon());
    terminal.unicode.activeVersion = "11";
    terminal.loadAddon(new WebLinksAddon());
    // What a program calls a link by a name may lead anywhere, so that is shown first.
    terminal.options.linkHandler = {
      activate: (_event, uri) => void (confirm(TEXT.openLink(uri)) && window.open(uri, "_blank", "noopener")),
    };
    this.addClipboard();
    terminal.open(host);
    this.renew();
    this.listen();
    if (terminal.textarea) {
      this.composing = new Composing(terminal.textarea, {
        type: (text) => text && terminal.input(text),
        eager: () => events.waits(),
        drop: () => this.inside._compositionHelper._finalizeComposition(false),
        leave: () => {
          this.inside._compositionHelper._isSendingComposition = false;
        },
      });
    }
    void drawFast(terminal, host);
  }

  /** Say what it is, in the language that is spoken now. */
  renew(): void {
    this.terminal.textarea?.setAttribute("aria-label", TEXT.terminal);
  }

  write(data: Uint8Array, done: () => void): void {
    this.writing += 1;
    const finished = () => {
      this.writing -= 1;
      done();
      for (const listener of this.parsed) listener();
    };
    // Browsers let the timers of hidden pages run once a second and later once a minute; a program
    // must not wait for that. Safe only where xterm.js has nothing else to parse, and where no
    // picture can come, for which the parser has to wait.
    if (document.hidden && this.writing === 1 && !mayPause(data, this.inside)) {
      this.inside.writeSync(data);
      finished();
    } else this.terminal.write(data, finished);
  }

  resize(size: Size): void {
    this.terminal.resize(Math.max(2, size.cols), size.rows);
    this.fitting.chooseFontSize();
  }

  /** Nobody reads what is typed any more, so there is no place where it would go. */
  freeze(): void {
    if (this.terminal.options.disableStdin) return;
    this.terminal.options.disableStdin = true;
    this.terminal.write("\x1b[?25l");
  }

  /** Type a key that the keyboard lacks. */
  press(sticky: Sticky, key: NamedKey): void {
    this.settle();
    const { applicationCursorKeysMode } = this.terminal.modes;
    this.terminal.input(sticky.named(key, applicationCursorKeysMode));
  }

  /** Type what an on-screen keyboard still composes. */
  settle(): void {
    this.composing?.settle();
  }

  /** Draw no more and hold nothing of the browser. */
  dispose(): void {
    this.fitting.dispose();
    this.parsed.clear();
    this.terminal.dispose();
  }

  get cursorHigh(): boolean {
    return this.terminal.buffer.active.cursorY < this.terminal.rows / 2;
  }

  reset(): void {
    this.terminal.reset();
  }

  focus(): void {
    this.terminal.focus();
  }

  paint({ colours, contrast }: Palette): void {
    this.terminal.options.theme = colours;
    this.terminal.options.minimumContrastRatio = contrast;
  }

  /** Have the lines in the page for screen readers, and new ones read out. */
  readOut(on: boolean): void {
    this.terminal.options.screenReaderMode = on;
  }

  /** Draw signs as one that the font has as one, such as `=>`. */
  join(on: boolean): void {
    if (on === this.joining) return;
    this.joining = on;
    this.joined.then((end) => end());
    this.joined = !on ? Promise.resolve(() => undefined)
      : import("./ligatures.ts").then(({ joinLigatures }) => joinLigatures(this.terminal), () => () => undefined);
  }

  private listen(): void {
    const { terminal, events } = this;
    this.inside.coreService.onUserInput(() => {
      this.byPerson = true;
    });
    const send = (data: Uint8Array) => {
      const typed = this.byPerson;
      this.byPerson = false;
      if (typed) events.typed(data);
      else events.replied(data);
    };
    terminal.onData((data) => send(this.encoder.encode(data)));
    // Mouse reports in the old encoding: characters that stand for bytes.
    terminal.onBinary((data) => events.typed(Uint8Array.from(data, (char) => char.charCodeAt(0))));
    terminal.onTitleChange((title) => events.titled(title));
    terminal.attachCustomKeyEventHandler((event) => this.onKey(event));
  }

  private onKey(event: KeyboardEvent): boolean {
    if (this.composing?.pressed(event)) return false;
    const action = actionOf(event, this.platform, this.terminal.hasSelection());
    // What has ended takes no keys, so Tab moves on as everywhere.
    if (action === "terminal") return !this.terminal.options.disableStdin;
    if (action === "browser") return false;
    event.preventDefault();
    if (action === "leave") this.events.leave();
    else void this.copy(action === "copy-and-clear");
    return false;
  }

  /** Put what is selected on the clipboard; with `clear` it is not selected any more. */
  async copy(clear: boolean): Promise<void> {
    const text = this.terminal.getSelection();
    if (!text) return;
    if (clear) this.terminal.clearSelection();
    if (await copyText(text)) this.events.copied();
  }

  private addClipboard(): void {
    const { terminal, events } = this;
    terminal.loadAddon(new ClipboardAddon(undefined, new WriteOnlyClipboard(events.copies)));
    // A program that asks for the clipboard's content gets no answer at all.
    terminal.parser.registerOscHandler(52, (data) => data.split(";")[1] === "?");
  }
}
