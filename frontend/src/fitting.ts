/** How large the letters of a terminal are, and how many cells the room for it has. */
import { FitAddon } from "@xterm/addon-fit";
import type { Terminal } from "@xterm/xterm";
import { fontSize } from "./letters.ts";
import type { Size } from "./protocol.ts";

const FONTS =
  'ui-monospace, "Cascadia Mono", "SF Mono", Menlo, Consolas, "DejaVu Sans Mono", "Liberation Mono", monospace';

/** In CSS pixels; below it nobody reads anything, and one scrolls instead. */
const SMALLEST_FONT = 4;

export interface Font {
  /** As in CSS; empty for the page's own choice. */
  family: string;
  /** In CSS pixels; 0 to go by the window's width. */
  size: number;
}

export class Fitting {
  private readonly fit = new FitAddon();
  private readonly over = new AbortController();
  private boxed = false;

  constructor(
    private readonly terminal: Terminal,
    private readonly host: HTMLElement,
    private font: Font,
  ) {
    terminal.loadAddon(this.fit);
    this.useFont(font);
  }

  /** Nobody is told any more of sizes that would fit. */
  dispose(): void {
    this.over.abort();
  }

  /** The font from here on; another size of the terminal may fit then. */
  useFont(font: Font): void {
    this.font = font;
    this.terminal.options.fontFamily = font.family || FONTS;
    this.chooseFontSize();
  }

  /** The size of letters that was chosen, in CSS pixels; null while the terminal's size decides. */
  get chosenSize(): number | null {
    return this.boxed ? null : this.usualFontSize;
  }

  /** Show all of a terminal whose size is somebody else's, however small this page is. */
  letterbox(on: boolean): void {
    if (on === this.boxed) return;
    this.boxed = on;
    this.host.classList.toggle("letterbox", on);
    this.chooseFontSize();
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
    const { signal } = this.over;
    let asked = 0;
    const observer = new ResizeObserver(() => {
      cancelAnimationFrame(asked);
      asked = requestAnimationFrame(() => {
        this.chooseFontSize();
        callback();
      });
    });
    observer.observe(this.host);
    signal.addEventListener("abort", () => {
      observer.disconnect();
      cancelAnimationFrame(asked);
    });
    void document.fonts.ready.then(() => signal.aborted || callback());
  }

  /** Letters of the size that is wanted, or as small as the terminal needs to be seen as a whole. */
  chooseFontSize(): void {
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

  /** In CSS pixels, when the terminal's size is this page's to choose. */
  private get usualFontSize(): number {
    return this.font.size || fontSize(innerWidth);
  }
}
