/** Places in what a terminal holds, counted in cells from its beginning. */
import type { Terminal } from "@xterm/xterm";

/** It ends before `to`. */
export interface Range {
  from: number;
  to: number;
}

export class Cells {
  constructor(private readonly terminal: Terminal) {}

  /** Where the page draws those that are in sight. */
  get screen(): DOMRect {
    return (this.terminal.element?.querySelector(".xterm-screen") ?? document.body).getBoundingClientRect();
  }

  /** The height of a line, in CSS pixels. */
  get height(): number {
    return this.screen.height / this.terminal.rows;
  }

  /** The cell at a point of the page, or the nearest one in sight. */
  at(x: number, y: number): number {
    const { terminal, screen } = this;
    const within = (share: number, count: number) => Math.min(count - 1, Math.max(0, Math.floor(share * count)));
    const row = terminal.buffer.active.viewportY + within((y - screen.top) / screen.height, terminal.rows);
    return row * terminal.cols + within((x - screen.left) / screen.width, terminal.cols);
  }

  /** The row of a cell, from the first one in sight; less than 0 above it. */
  rowOf(cell: number): number {
    return Math.floor(cell / this.terminal.cols) - this.terminal.buffer.active.viewportY;
  }

  /** The word around a cell, within its line; the cell alone where there is none. */
  wordAt(cell: number): Range {
    const { terminal } = this;
    const start = cell - (cell % terminal.cols);
    const line = terminal.buffer.active.getLine(start / terminal.cols);
    const separators = ` ${terminal.options.wordSeparator ?? ""}`;
    const inWord = (at: number) => {
      const sign = line?.getCell(at);
      // The second half of a wide sign has none of its own.
      return sign !== undefined && (sign.getWidth() === 0 || (sign.getChars() !== "" && !separators.includes(sign.getChars())));
    };
    let from = cell - start;
    let to = from + 1;
    if (inWord(from)) {
      while (from > 0 && inWord(from - 1)) from -= 1;
      while (to < terminal.cols && inWord(to)) to += 1;
    }
    return { from: start + from, to: start + to };
  }

  /** What is selected; null where nothing is. */
  get selected(): Range | null {
    const position = this.terminal.getSelectionPosition();
    if (!position) return null;
    const cell = ({ x, y }: { x: number; y: number }) => y * this.terminal.cols + x;
    return { from: cell(position.start), to: cell(position.end) };
  }

  select({ from, to }: Range): void {
    const { terminal } = this;
    terminal.select(from % terminal.cols, Math.floor(from / terminal.cols), Math.max(1, to - from));
  }
}
