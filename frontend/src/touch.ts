/** Fingers on the terminal: they scroll it, and after a long press they select. */
import type { Terminal } from "@xterm/xterm";
import { TEXT } from "./text.ts";

const PRESS_MS = 450;
/** A finger that has gone farther, in CSS pixels, does not press any more. */
const STILL = 9;
/** How much of its speed a thrown screen keeps from frame to frame, and when it stands. */
const KEPT = 0.95;
const SLOWEST = 0.5;
/** A finger that has rested so long throws nothing. */
const REST_MS = 60;

/** Places in the buffer are counted in cells from its beginning; a range ends before `to`. */
interface Range {
  from: number;
  to: number;
}

type Handle = "from" | "to";

export class Touch {
  private mode: "waits" | "scrolls" | "selects" | null = null;
  private x = 0;
  private y = 0;
  private speed = 0;
  /** Parts of lines that were drawn over and not scrolled. */
  private rest = 0;
  private movedAt = 0;
  private timer = 0;
  private frame = 0;
  /** What stays selected while a finger goes on from it. */
  private anchor: Range = { from: 0, to: 0 };
  private readonly tools = document.createElement("div");
  private readonly handles: Record<Handle, HTMLElement>;

  constructor(
    private readonly terminal: Terminal,
    private readonly host: HTMLElement,
    private readonly copy: () => void,
  ) {
    this.handles = { from: this.makeHandle("from"), to: this.makeHandle("to") };
    this.makeTools();
    const active = { passive: false };
    host.addEventListener("touchstart", (event) => this.began(event), active);
    host.addEventListener("touchmove", (event) => this.moved(event), active);
    host.addEventListener("touchend", (event) => this.ended(event), active);
    host.addEventListener("touchcancel", () => this.stop());
    // Browsers open a menu of their own where one presses for long.
    host.addEventListener("contextmenu", (event) => {
      if (this.mode === null) return;
      event.preventDefault();
      event.stopPropagation();
    }, true);
    terminal.onData(() => cancelAnimationFrame(this.frame));
    terminal.onSelectionChange(() => this.shown() && this.place());
    terminal.onScroll(() => this.shown() && this.place());
    terminal.onResize(() => this.hide());
  }

  /** No finger and no frame is waited for any more. */
  stop(): void {
    clearTimeout(this.timer);
    cancelAnimationFrame(this.frame);
    this.mode = null;
  }

  private began(event: TouchEvent): void {
    this.stop();
    const [touch] = event.touches;
    if (event.touches.length !== 1 || !touch || this.tools.contains(event.target as Node)) return;
    this.mode = "waits";
    this.x = touch.clientX;
    this.y = touch.clientY;
    this.speed = this.rest = 0;
    this.timer = window.setTimeout(() => this.pressed(), PRESS_MS);
  }

  private moved(event: TouchEvent): void {
    const [touch] = event.touches;
    if (!touch || this.mode === null) return;
    const { clientX, clientY } = touch;
    if (this.mode === "waits") {
      if (Math.hypot(clientX - this.x, clientY - this.y) < STILL) return;
      clearTimeout(this.timer);
      this.mode = "scrolls";
    }
    event.preventDefault();
    if (this.mode === "selects") {
      this.scrollAtEdge(clientY);
      this.extend(this.cellAt(clientX, clientY));
      return;
    }
    this.speed = this.y - clientY;
    this.movedAt = event.timeStamp;
    this.scroll(this.speed);
    this.y = clientY;
  }

  private ended(event: TouchEvent): void {
    const { mode } = this;
    this.stop();
    // What browsers make of a touch afterwards would be a click, which selects nothing.
    if (mode === "selects") event.preventDefault();
    const rests = event.timeStamp - this.movedAt > REST_MS;
    const still = matchMedia("(prefers-reduced-motion: reduce)").matches;
    if (mode === "scrolls" && !rests && !still) this.glide();
  }

  private glide(): void {
    if (Math.abs(this.speed) < SLOWEST) return;
    this.frame = requestAnimationFrame(() => {
      this.scroll(this.speed);
      this.speed *= KEPT;
      this.glide();
    });
  }

  /** Through what was printed; programs with the whole screen, or that ask for it, get a wheel's turns. */
  private scroll(pixels: number): void {
    const { terminal, x: clientX, y: clientY } = this;
    this.rest += (pixels * terminal.rows) / this.screen.height;
    const lines = Math.trunc(this.rest);
    this.rest -= lines;
    if (terminal.buffer.active.type === "normal" && terminal.modes.mouseTrackingMode === "none") {
      if (lines !== 0) terminal.scrollLines(lines);
      return;
    }
    const deltaMode = WheelEvent.DOM_DELTA_LINE;
    const wheel = { deltaY: Math.sign(lines), deltaMode, bubbles: true, cancelable: true, clientX, clientY };
    const screen = terminal.element?.querySelector(".xterm-screen");
    for (let left = Math.abs(lines); left > 0; left -= 1) screen?.dispatchEvent(new WheelEvent("wheel", wheel));
  }

  private scrollAtEdge(y: number): void {
    const { top, bottom } = this.screen;
    if (y < top + STILL) this.terminal.scrollLines(-1);
    else if (y > bottom - STILL) this.terminal.scrollLines(1);
  }

  private pressed(): void {
    this.mode = "selects";
    this.anchor = this.wordAt(this.cellAt(this.x, this.y));
    this.select(this.anchor);
    navigator.vibrate?.(10);
  }

  private extend(cell: number): void {
    const { from, to } = this.anchor;
    this.select({ from: Math.min(from, cell), to: Math.max(to, cell + 1) });
  }

  private select({ from, to }: Range): void {
    const { terminal, host } = this;
    terminal.select(from % terminal.cols, Math.floor(from / terminal.cols), Math.max(1, to - from));
    if (!this.shown()) host.append(this.handles.from, this.handles.to, this.tools);
    this.place();
  }

  private get selection(): Range | null {
    const position = this.terminal.getSelectionPosition();
    if (!position) return null;
    const cell = ({ x, y }: { x: number; y: number }) => y * this.terminal.cols + x;
    return { from: cell(position.start), to: cell(position.end) };
  }

  private get screen(): DOMRect {
    return (this.terminal.element?.querySelector(".xterm-screen") ?? this.host).getBoundingClientRect();
  }

  private cellAt(x: number, y: number): number {
    const { terminal, screen } = this;
    const within = (share: number, count: number) => Math.min(count - 1, Math.max(0, Math.floor(share * count)));
    const row = terminal.buffer.active.viewportY + within((y - screen.top) / screen.height, terminal.rows);
    return row * terminal.cols + within((x - screen.left) / screen.width, terminal.cols);
  }

  /** The word around a cell, within its line; the cell alone where there is none. */
  private wordAt(cell: number): Range {
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

  // --- what is shown at what is selected -------------------------------------------------------

  private shown(): boolean {
    return this.tools.isConnected;
  }

  private hide(): void {
    for (const part of [this.handles.from, this.handles.to, this.tools]) part.remove();
  }

  private place(): void {
    const { selection, terminal, screen, tools } = this;
    if (!selection) return this.hide();
    const host = this.host.getBoundingClientRect();
    const height = screen.height / terminal.rows;
    const put = (handle: HTMLElement, cell: number) => {
      const row = Math.floor(cell / terminal.cols) - terminal.buffer.active.viewportY;
      const left = screen.left - host.left + ((cell % terminal.cols) * screen.width) / terminal.cols;
      const top = screen.top - host.top + (row + 1) * height;
      handle.hidden = row < 0 || row >= terminal.rows;
      handle.style.translate = `${left}px ${top}px`;
      return top;
    };
    const top = put(this.handles.from, selection.from);
    const last = selection.to - 1;
    const bottom = put(this.handles.to, last);
    this.handles.to.style.translate = this.handles.to.style.translate.replace(/^[\d.-]+/, (left) =>
      String(Number(left) + screen.width / terminal.cols));
    // Above what is selected, or below it where there is no room.
    const above = top - height - tools.offsetHeight - 6;
    const below = Math.min(bottom + 30, host.height - tools.offsetHeight - 6);
    tools.style.translate = `0 ${above >= 0 ? above : below}px`;
    return undefined;
  }

  private makeTools(): void {
    const { tools, terminal } = this;
    tools.className = "picked";
    // The terminal keeps the keyboard, where it has it.
    for (const name of ["pointerdown", "mousedown"]) tools.addEventListener(name, (event) => event.preventDefault());
    const add = (label: () => string, act: () => void) => {
      const button = document.createElement("button");
      button.type = "button";
      button.textContent = label();
      button.addEventListener("click", act);
      tools.append(button);
    };
    add(() => TEXT.copy, () => {
      this.copy();
      terminal.clearSelection();
    });
    add(() => TEXT.selectAllShort, () => terminal.selectAll());
    add(() => TEXT.close, () => terminal.clearSelection());
  }

  /** One of the ends of what is selected, for a finger to draw at. */
  private makeHandle(end: Handle): HTMLElement {
    const handle = document.createElement("div");
    handle.className = `handle ${end}`;
    handle.setAttribute("aria-hidden", "true");
    handle.addEventListener("touchstart", (event) => {
      event.preventDefault();
      event.stopPropagation();
      const { selection } = this;
      if (!selection) return;
      // The other end stays where it is.
      this.anchor = end === "from" ? { from: selection.to - 1, to: selection.to } : { from: selection.from, to: selection.from + 1 };
      this.mode = "selects";
    }, { passive: false });
    handle.addEventListener("touchmove", (event) => {
      event.preventDefault();
      event.stopPropagation();
      const [touch] = event.touches;
      if (!touch) return;
      this.scrollAtEdge(touch.clientY);
      // The finger is below what it draws, so that one sees it.
      this.extend(this.cellAt(touch.clientX, touch.clientY - this.screen.height / this.terminal.rows));
    }, { passive: false });
    return handle;
  }
}
