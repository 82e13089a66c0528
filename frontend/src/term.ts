/** xterm.js, with everything that this page adds to it. */
import { ClipboardAddon } from "@xterm/addon-clipboard";
import { FitAddon } from "@xterm/addon-fit";
import { Unicode11Addon } from "@xterm/addon-unicode11";
import { WebLinksAddon } from "@xterm/addon-web-links";
import { type ITerminalOptions, Terminal } from "@xterm/xterm";
import { copyText, type CopyWishes, WriteOnlyClipboard } from "./clipboard.ts";
import { actionOf, platformOf } from "./keys.ts";
import { Composing } from "./composing.ts";
import type { Screen } from "./output.ts";
import type { Size } from "./protocol.ts";
import { TEXT } from "./text.ts";
import type { Palette } from "./palettes.ts";
import { fontSize } from "./theme.ts";
import type { NamedKey, Sticky } from "./touchkeys.ts";

const FONTS =
  'ui-monospace, "Cascadia Mono", "SF Mono", Menlo, Consolas, "DejaVu Sans Mono", "Liberation Mono", monospace';

/** In CSS pixels; below it nobody reads anything, and one scrolls instead. */
const SMALLEST_FONT = 4;

const OPTIONS: ITerminalOptions = {
  allowProposedApi: true, // the choice of Unicode tables is one
  lineHeight: 1.15,
  logLevel: "off",
  macOptionClickForcesSelection: true,
  rightClickSelectsWord: false,
  scrollback: 10_000,
};

/** What xterm.js has and does not offer: whether data comes from a person, parsing at once, compositions. */
interface Inside {
  coreService: { onUserInput(listener: () => void): void };
  writeSync(data: Uint8Array): void;
  /** Sends what the text field has of a composition; with `false` at once. */
  _compositionHelper: { _finalizeComposition(later: boolean): void; _isSendingComposition: boolean };
  _inputHandler: { _parser: { currentState: number } };
}

export interface Font {
  /** As in CSS; empty for the page's own choice. */
  family: string;
  /** In CSS pixels; 0 to go by the window's width. */
  size: number;
}

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

  private readonly fit = new FitAddon();
  private readonly encoder = new TextEncoder();
  private readonly inside = (this.terminal as unknown as { _core: Inside })._core;
  private readonly platform = platformOf(navigator.platform);
  /** Called whenever output has been parsed, and so stands in the buffer. */
  readonly parsed = new Set<() => void>();
  /** What ends with the view. */
  private readonly ends: (() => void)[] = [];
  private writing = 0;
  private byPerson = false;
  private boxed = false;
  private joining = false;
  /** Ends the joining of signs, which begins when it is there. */
  private joined: Promise<() => void> = Promise.resolve(() => undefined);
  private composing: Composing | null = null;

  constructor(
    private readonly host: HTMLElement,
    private readonly events: TerminalEvents,
    private font: Font,
  ) {
    const { terminal } = this;
    terminal.options.fontFamily = font.family || FONTS;
    terminal.options.cursorBlink = !matchMedia("(prefers-reduced-motion: reduce)").matches;
    this.chooseFontSize();
    terminal.loadAddon(this.fit);
    terminal.loadAddon(new Unicode11Addon());
    terminal.unicode.activeVersion = "11";
    terminal.loadAddon(new WebLinksAddon());
    this.addClipboard();
    terminal.open(host);
    terminal.textarea?.setAttribute("aria-label", TEXT.terminal);
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
    void this.drawFast();
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
    this.chooseFontSize();
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
    for (const end of this.ends) end();
    this.parsed.clear();
    this.terminal.dispose();
  }

  get cursorHigh(): boolean {
    return this.terminal.buffer.active.cursorY < this.terminal.rows / 2;
  }

  /** Show all of a terminal whose size is somebody else's, however small this page is. */
  letterbox(on: boolean): void {
    if (on === this.boxed) return;
    this.boxed = on;
    this.host.classList.toggle("letterbox", on);
    this.chooseFontSize();
  }

  reset(): void {
    this.terminal.reset();
  }

  focus(): void {
    this.terminal.focus();
  }

  /** The size that fits the page; null while it cannot be measured. */
  proposed(): Size | null {
    const { options } = this.terminal;
    const shown = options.fontSize ?? this.usualFontSize;
    options.fontSize = this.usualFontSize; // what is shrunk is no measure
    const wish = this.fit.proposeDimensions();
    options.fontSize = shown;
    if (!wish || !Number.isFinite(wish.cols) || !Number.isFinite(wish.rows)) return null;
    return { cols: Math.min(1000, wish.cols), rows: Math.min(1000, wish.rows) };
  }

  /** Call back whenever another size would fit. */
  whenResized(callback: () => void): void {
    let asked = 0;
    const observer = new ResizeObserver(() => {
      cancelAnimationFrame(asked);
      asked = requestAnimationFrame(() => {
        this.chooseFontSize();
        callback();
      });
    });
    observer.observe(this.host);
    let over = false;
    this.ends.push(() => {
      over = true;
      observer.disconnect();
      cancelAnimationFrame(asked);
    });
    void document.fonts.ready.then(() => over || callback());
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

  /** The font from here on; another size of the terminal may fit then. */
  useFont(font: Font): void {
    this.font = font;
    this.terminal.options.fontFamily = font.family || FONTS;
    this.chooseFontSize();
  }

  /** In CSS pixels, when the terminal's size is this page's to choose. */
  get usualFontSize(): number {
    return this.font.size || fontSize(innerWidth);
  }

  /** All of the buffer as text; lines that were wrapped are one line. */
  text(terminal: Terminal = this.terminal): string {
    const buffer = terminal.buffer.active;
    const lines: string[] = [];
    for (let row = 0; row < buffer.length; row += 1) {
      const line = buffer.getLine(row);
      if (!line) continue;
      const wraps = buffer.getLine(row + 1)?.isWrapped ?? false;
      const content = line.translateToString(!wraps);
      if (line.isWrapped && lines.length > 0) lines[lines.length - 1] += content;
      else lines.push(content);
    }
    return lines.join("\n").trimEnd();
  }

  private chooseFontSize(): void {
    const { terminal } = this;
    const share = () => {
      const room = this.fit.proposeDimensions();
      return room ? Math.min(room.cols / terminal.cols, room.rows / terminal.rows) : 1;
    };
    let size = this.usualFontSize;
    terminal.options.fontSize = size;
    if (!this.boxed) return;
    // Cells are whole pixels, so the first guess may be a little too large.
    for (let fits = share(); fits < 1 && size > SMALLEST_FONT; fits = share()) {
      size = Math.max(SMALLEST_FONT, Math.min(Math.ceil(size * fits * 2) / 2, size - 0.5));
      terminal.options.fontSize = size;
    }
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

  /** WebGL where there is one; the DOM renderer stays where there is none, or it gets lost. */
  private async drawFast(): Promise<void> {
    try {
      if (!(await pixelsAreTrue(this.host))) return;
      const { WebglAddon } = await import("@xterm/addon-webgl");
      const addon = new WebglAddon();
      addon.onContextLoss(() => addon.dispose());
      this.terminal.loadAddon(addon);
    } catch {
      // Nothing is lost but speed.
    }
  }
}

/** The parser's state between sequences. */
const GROUND = 0;

/** How sequences begin at whose end the parser may have to wait: DCS and OSC, also as one character. */
const PAUSING = /\x1b(P|\]1337;)|(\xc2|^)[\x90\x9d]/;

/** Whether parsing these bytes may have to pause for something else. */
function mayPause(data: Uint8Array, { _inputHandler }: Inside): boolean {
  if (_inputHandler._parser.currentState !== GROUND) return true;
  return PAUSING.test(LATIN1.decode(data));
}

/** Bytes as characters, for looking only. */
const LATIN1 = new TextDecoder("latin1");

/**
 * Whether the browser measures canvases in the pixels that it draws. Where a page is shown as if on
 * another device, some do not, and a canvas comes out at a wrong scale.
 */
function pixelsAreTrue(element: HTMLElement): Promise<boolean> {
  return new Promise((resolve) => {
    const observer = new ResizeObserver(([entry]) => {
      observer.disconnect();
      const device = entry?.devicePixelContentBoxSize?.[0]?.inlineSize;
      const expected = (entry?.contentRect.width ?? 0) * devicePixelRatio;
      resolve(device === undefined || Math.abs(device - expected) <= 2);
    });
    try {
      observer.observe(element, { box: "device-pixel-content-box" });
    } catch {
      resolve(true); // Safari measures in one way only.
    }
  });
}
