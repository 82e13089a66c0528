/** What stands at something that fingers have selected: handles to mend it, and what to do with it. */
import type { Terminal } from "@xterm/xterm";
import type { Cells, Range } from "./cells.ts";
import { TEXT } from "./text.ts";

type End = keyof Range;

export interface Drawing {
  /** A finger is on a handle: what stays selected while it goes on. */
  begin(stays: Range): void;
  /** It has come to a point of the page. */
  draw(x: number, y: number): void;
}

/** What can be done at a place that was held. */
export interface Deeds {
  /** Put what is selected on the clipboard. */
  copy(): void;
  /** Paste what is on the clipboard, where the page can ask before it does. */
  paste?(): void;
}

export class Picked {
  private readonly tools = document.createElement("div");
  private readonly handles: Record<End, HTMLElement>;
  private readonly copyButton: HTMLElement;
  private readonly labels: [button: HTMLElement, label: () => string][] = [];

  constructor(
    private readonly terminal: Terminal,
    private readonly host: HTMLElement,
    private readonly cells: Cells,
    private readonly drawing: Drawing,
    deeds: Deeds,
  ) {
    this.handles = { from: this.makeHandle("from"), to: this.makeHandle("to") };
    this.copyButton = this.makeTools(deeds);
    terminal.onSelectionChange(() => this.shown && this.show());
    terminal.onScroll(() => this.shown && this.place());
    terminal.onResize(() => this.hide());
  }

  /** Whether an event is none of the terminal's, but of what stands there. */
  holds(event: Event): boolean {
    return this.tools.contains(event.target as Node);
  }

  /** Stand at what is selected. */
  show(): void {
    if (!this.shown) {
      for (const [button, label] of this.labels) button.textContent = label();
      this.host.append(this.handles.from, this.handles.to, this.tools);
    }
    this.copyButton.hidden = this.blank;
    this.place();
  }

  /** Whether there is nothing to copy, because only an empty spot was held. */
  private get blank(): boolean {
    const range = this.cells.selected;
    return range !== null && range.to - range.from <= this.terminal.cols && this.terminal.getSelection().trim() === "";
  }

  private get shown(): boolean {
    return this.tools.isConnected;
  }

  private hide(): void {
    for (const part of [this.handles.from, this.handles.to, this.tools]) part.remove();
  }

  private place(): void {
    const { tools, cells } = this;
    const range = cells.selected;
    if (!range) return this.hide();
    const top = this.placeHandle("from", range.from);
    const bottom = this.placeHandle("to", range.to - 1);
    // Above what is selected, or below it where there is no room.
    const above = top - cells.height - tools.offsetHeight - 6;
    const below = Math.min(bottom + 30, this.host.clientHeight - tools.offsetHeight - 6);
    tools.style.translate = `0 ${above >= 0 ? above : below}px`;
    return undefined;
  }

  /** Put a handle at its side of a cell; gives the lower edge of the cell's line, within the host. */
  private placeHandle(end: End, cell: number): number {
    const { cells, terminal } = this;
    const { screen } = cells;
    const host = this.host.getBoundingClientRect();
    const handle = this.handles[end];
    const row = cells.rowOf(cell);
    const column = (cell % terminal.cols) + (end === "to" ? 1 : 0);
    const top = screen.top - host.top + (row + 1) * cells.height;
    handle.hidden = row < 0 || row >= terminal.rows;
    handle.style.translate = `${screen.left - host.left + (column * screen.width) / terminal.cols}px ${top}px`;
    return top;
  }

  /** Gives the button that copies. */
  private makeTools({ copy, paste }: Deeds): HTMLElement {
    const { tools, terminal } = this;
    tools.className = "picked";
    // The terminal keeps the keyboard, where it has it.
    for (const name of ["pointerdown", "mousedown"]) tools.addEventListener(name, (event) => event.preventDefault());
    const add = (label: () => string, act: () => void) => {
      const button = document.createElement("button");
      button.type = "button";
      button.addEventListener("click", act);
      this.labels.push([button, label]);
      tools.append(button);
      return button;
    };
    const copyButton = add(() => TEXT.copy, () => {
      copy();
      terminal.clearSelection();
    });
    if (paste) {
      add(() => TEXT.paste, () => {
        paste();
        terminal.clearSelection();
      });
    }
    add(() => TEXT.selectAllShort, () => terminal.selectAll());
    add(() => TEXT.close, () => terminal.clearSelection());
    return copyButton;
  }

  /** One of the ends of what is selected, for a finger to draw at. */
  private makeHandle(end: End): HTMLElement {
    const handle = document.createElement("div");
    handle.className = `handle ${end}`;
    handle.setAttribute("aria-hidden", "true");
    const on = (name: "touchstart" | "touchmove", act: (event: TouchEvent) => void) =>
      handle.addEventListener(name, (event) => {
        event.preventDefault();
        event.stopPropagation();
        act(event);
      }, { passive: false });
    on("touchstart", () => {
      const range = this.cells.selected;
      // The other end stays where it is.
      if (range) this.drawing.begin(end === "from" ? { from: range.to - 1, to: range.to } : { from: range.from, to: range.from + 1 });
    });
    on("touchmove", ({ touches: [touch] }) => {
      // The finger is below what it draws, so that one sees it.
      if (touch) this.drawing.draw(touch.clientX, touch.clientY - this.cells.height);
    });
    return handle;
  }
}
