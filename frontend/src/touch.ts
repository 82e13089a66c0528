/** Fingers on the terminal: one scrolls it and after a long press selects, two change its letters. */
import type { Terminal } from "@xterm/xterm";
import { Cells, type Range } from "./cells.ts";
import { type Deeds, Picked } from "./picked.ts";
import { isMagnified, type Letters, Pinch } from "./pinch.ts";

const PRESS_MS = 450;
/** A finger that has gone farther, in CSS pixels, does not press any more. */
const STILL = 9;
/** How much of its speed a thrown screen keeps from frame to frame, and when it stands. */
const KEPT = 0.95;
const SLOWEST = 0.5;
/** A finger that has rested so long throws nothing. */
const REST_MS = 60;

export class Touch {
  private mode: "waits" | "scrolls" | "selects" | "pinches" | null = null;
  private pinch: Pinch | null = null;
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
  private readonly cells: Cells;
  private readonly picked: Picked;
  private readonly over = new AbortController();

  /**
   * @param host where the terminal is drawn
   * @param deeds what can be done at a place that was held
   * @param letters whose size two fingers change
   * @param shared whether the page around it scrolls, too: there a finger goes on where the terminal
   *   has nothing more to scroll
   */
  constructor(
    private readonly terminal: Terminal,
    private readonly host: HTMLElement,
    deeds: Deeds,
    private readonly letters: Letters,
    private readonly shared = false,
  ) {
    this.cells = new Cells(terminal);
    this.picked = new Picked(terminal, host, this.cells, {
      begin: (stays) => {
        this.mode = "selects";
        this.anchor = stays;
      },
      draw: (x, y) => this.draw(x, y),
    }, deeds);
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
    const mark = () => host.classList.toggle("magnified", isMagnified());
    visualViewport?.addEventListener("resize", mark, { signal: this.over.signal });
    mark();
  }

  /** There is no terminal any more. */
  dispose(): void {
    this.stop();
    this.over.abort();
  }

  /** No finger and no frame is waited for any more. */
  private stop(): void {
    clearTimeout(this.timer);
    cancelAnimationFrame(this.frame);
    this.mode = null;
    this.pinch = null;
  }

  private began(event: TouchEvent): void {
    this.stop();
    if (this.picked.holds(event)) return;
    this.pinch = Pinch.of(event, this.host, this.letters);
    if (this.pinch) {
      this.mode = "pinches";
      event.preventDefault();
      return;
    }
    const [touch] = event.touches;
    if (event.touches.length !== 1 || !touch) return;
    this.mode = "waits";
    this.x = touch.clientX;
    this.y = touch.clientY;
    this.speed = this.rest = 0;
    this.timer = window.setTimeout(() => this.pressed(), PRESS_MS);
  }

  private moved(event: TouchEvent): void {
    const [touch] = event.touches;
    if (!touch || this.mode === null) return;
    if (this.shared && !event.cancelable) return this.stop(); // the page around has the finger
    if (this.pinch) {
      event.preventDefault();
      this.pinch.moved(event);
      return;
    }
    const { clientX, clientY } = touch;
    if (this.mode === "waits") {
      const mine = !this.shared || this.scrolls(this.y - clientY);
      // Browsers ask with the first movement whose finger it is.
      if (this.shared && mine) event.preventDefault();
      if (Math.hypot(clientX - this.x, clientY - this.y) < STILL) return;
      clearTimeout(this.timer);
      if (!mine) {
        this.mode = null;
        return;
      }
      this.mode = "scrolls";
    }
    event.preventDefault();
    if (this.mode === "selects") {
      this.draw(clientX, clientY);
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

  /** Whether fingers scroll through what was printed, instead of turning a wheel for the program. */
  private get scrollsItself(): boolean {
    const { buffer, modes } = this.terminal;
    return buffer.active.type === "normal" && modes.mouseTrackingMode === "none";
  }

  /** Whether there is anything to scroll in a direction: down with a positive number. */
  private scrolls(pixels: number): boolean {
    const { viewportY, baseY } = this.terminal.buffer.active;
    return !this.scrollsItself || (pixels > 0 ? viewportY < baseY : viewportY > 0);
  }

  /** Through what was printed; programs with the whole screen, or that ask for it, get a wheel's turns. */
  private scroll(pixels: number): void {
    const { terminal, x: clientX, y: clientY } = this;
    this.rest += pixels / this.cells.height;
    const lines = Math.trunc(this.rest);
    this.rest -= lines;
    if (this.scrollsItself) {
      if (lines !== 0) terminal.scrollLines(lines);
      return;
    }
    const deltaMode = WheelEvent.DOM_DELTA_LINE;
    const wheel = { deltaY: Math.sign(lines), deltaMode, bubbles: true, cancelable: true, clientX, clientY };
    const screen = terminal.element?.querySelector(".xterm-screen");
    for (let left = Math.abs(lines); left > 0; left -= 1) screen?.dispatchEvent(new WheelEvent("wheel", wheel));
  }

  private pressed(): void {
    this.mode = "selects";
    this.anchor = this.cells.wordAt(this.cells.at(this.x, this.y));
    this.select(this.anchor);
    navigator.vibrate?.(10);
  }

  /** Select up to a point of the page, which at the edge goes on to what is not in sight. */
  private draw(x: number, y: number): void {
    const { top, bottom } = this.cells.screen;
    if (y < top + STILL) this.terminal.scrollLines(-1);
    else if (y > bottom - STILL) this.terminal.scrollLines(1);
    const cell = this.cells.at(x, y);
    const { from, to } = this.anchor;
    this.select({ from: Math.min(from, cell), to: Math.max(to, cell + 1) });
  }

  private select(range: Range): void {
    this.cells.select(range);
    this.picked.show();
  }
}
