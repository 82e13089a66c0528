/**
 * Output on its way to the terminal: what has been handed over, what has been parsed, and everything
 * that has to happen at a certain place between two bytes.
 */
import type { Resumed, Size, SnapshotPart, Welcome } from "./protocol.ts";
import { type Player, TURNS } from "./turns.ts";

/** The part of a terminal emulator that this module needs. */
export interface Screen {
  /** Draw bytes; `done` is called, in order, when they have been parsed. */
  write(data: Uint8Array, done: () => void): void;
  resize(size: Size): void;
  reset(): void;
}

type Step =
  | { kind: "bytes"; data: Uint8Array; end: number | null }
  | { kind: "resize"; size: Size }
  | { kind: "reset" }
  | { kind: "drawn"; offset: number };

/**
 * Bytes that are handed to the terminal at once, and that it may have besides before it gets more: as
 * many as a slow page parses in the time that a frame takes, so that a key need not wait for longer.
 */
const PIECE = 8 * 1024;

/** Milliseconds after which something further that was parsed is acknowledged, however little it is. */
const ACK_AFTER = 20;

/** Bytes that are too few for an acknowledgement of their own, as the echo of a key. */
const LITTLE = 1024;

/** Milliseconds between acknowledgements while there is but little. */
const LITTLE_AFTER = 50;

/** Later, or at once where nobody looks: the timers of a hidden page may take a minute. */
function later(call: () => void, delay: number): void {
  if (globalThis.document?.hidden) call();
  else setTimeout(call, delay);
}

export class Output implements Player {
  /** Bytes of the session that have been handed over in order; null within a snapshot. */
  offset: number | null = null;
  /** The offset up to which the terminal has parsed. */
  parsed = 0;
  /** The size that the terminal has been told, at the end of what was handed over. */
  size: Size | null = null;

  private steps: Step[] = [];
  private inFlight = 0;
  private unparsed = 0;
  private part: { left: number; offset: number | null } | null = null;
  private drawing = false;
  private answered = 0;
  private window = 0;
  private acked = 0;
  private ackedAt = 0;
  /** The end of what is parsed, acknowledged in a moment since it is but little. */
  private little: number | null = null;
  private waits = false;
  private attached = false;

  constructor(
    private readonly screen: Screen,
    private readonly sendAck: (offset: number) => void,
    private readonly now: () => number = () => performance.now(),
    private readonly turns = TURNS,
    private readonly callLater = later,
  ) {}

  /** Whether there is something that has not been parsed. */
  get busy(): boolean {
    return this.inFlight > 0 || this.steps.length > 0;
  }

  /** Somebody types here, and wants to see what comes of it. */
  hurry(): void {
    this.turns.prefer(this);
  }

  go(): void {
    this.pump();
  }

  /** Whether what the emulator says now answers something that is not to be answered again. */
  get muted(): boolean {
    return this.drawing || this.parsed < this.answered;
  }

  /** A new session: a fresh terminal at offset 0. */
  begin(welcome: Welcome): void {
    this.steps = [];
    this.part = null;
    this.drawing = false;
    this.answered = 0;
    this.offset = this.parsed = welcome.offset;
    this.add({ kind: "reset" });
    this.resize(welcome);
    this.attach(welcome.window, this.parsed);
  }

  /** Taken up again; false where the server goes on at another place than this page stands. */
  resume(message: Resumed): boolean {
    this.answered = Math.max(this.answered, message.answered);
    if (message.mode === "snapshot") {
      this.attach(message.window, 0);
      return true;
    }
    if (this.offset === null && message.offset === 0) {
      this.begin(message);
      return true;
    }
    if (message.offset !== this.offset) return false;
    this.resize(message);
    this.attach(message.window, this.parsed);
    return true;
  }

  /**
   * From here on this page answers what the program asks. What has come before was sent to a
   * viewer: whoever wrote then has answered it.
   */
  answerFromHere(): void {
    if (this.offset !== null) this.answered = Math.max(this.answered, this.offset);
  }

  detach(): void {
    this.attached = false;
  }

  /** The next bytes of binary belong to a snapshot. */
  snapshot(message: SnapshotPart): void {
    if (message.first) {
      this.steps = [];
      this.offset = null;
      this.drawing = true;
      this.add({ kind: "reset" });
    }
    this.resize(message);
    this.part = { left: message.bytes, offset: message.last ? (message.offset ?? null) : null };
    this.endPart();
  }

  resize(size: Size): void {
    this.size = { cols: size.cols, rows: size.rows };
    this.add({ kind: "resize", size: this.size });
  }

  bytes(data: Uint8Array): void {
    if (this.part) {
      const own = data.subarray(0, this.part.left);
      this.part.left -= own.length;
      this.add({ kind: "bytes", data: own, end: null });
      this.endPart();
      if (own.length < data.length) this.bytes(data.subarray(own.length));
      return;
    }
    if (this.offset === null) throw new Error("output without a place");
    // A piece never spans the border between what is answered and what is not.
    const border = this.answered - this.offset;
    if (border > 0 && border < data.length) {
      this.live(data.subarray(0, border));
      this.live(data.subarray(border));
    } else this.live(data);
  }

  private live(data: Uint8Array): void {
    const end = (this.offset ?? 0) + data.length;
    this.offset = end;
    this.add({ kind: "bytes", data, end });
  }

  private endPart(): void {
    if (!this.part || this.part.left > 0) return;
    const { offset } = this.part;
    this.part = null;
    if (offset === null) return;
    this.offset = offset;
    this.add({ kind: "drawn", offset });
  }

  private add(step: Step): void {
    this.steps.push(step);
    this.pump();
  }

  /** Bytes go ahead, as far as the terminal is to have them; all else waits until they are parsed. */
  private pump(): void {
    for (let step = this.steps[0]; step && this.ready(step); step = this.steps[0]) {
      if (step.kind === "bytes" && step.data.length > PIECE) {
        const first = step.data.subarray(0, PIECE);
        step.data = step.data.subarray(PIECE);
        this.write(first, step.end === null ? null : step.end - step.data.length);
        continue;
      }
      this.steps.shift();
      if (step.kind === "bytes") this.write(step.data, step.end);
      else if (step.kind === "resize") this.screen.resize(step.size);
      else if (step.kind === "reset") this.screen.reset();
      else {
        this.drawing = false;
        this.reached(step.offset, 0);
      }
    }
    if (!this.busy) this.turns.idle(this);
  }

  private ready(step: Step): boolean {
    if (step.kind !== "bytes") return this.inFlight === 0;
    return this.unparsed < PIECE && this.turns.may(this);
  }

  private write(data: Uint8Array, end: number | null): void {
    this.inFlight += 1;
    this.unparsed += data.length;
    const drawing = this.drawing;
    this.screen.write(data, () => {
      this.inFlight -= 1;
      this.unparsed -= data.length;
      // Bytes that were in flight when a snapshot began say nothing about where it stands.
      if (end !== null && drawing === this.drawing) this.reached(end);
      this.pump();
    });
  }

  private attach(window: number, acknowledged: number): void {
    this.window = window;
    this.attached = true;
    this.acknowledge(acknowledged);
  }

  private reached(offset: number, patience = LITTLE_AFTER): void {
    this.parsed = offset;
    if (!this.attached) return;
    const owed = offset - this.acked;
    // The server goes by how fast acks come, and sends no more than is parsed in a moment: a page
    // that parses slowly would run dry if it waited for a quarter of the whole window.
    const all = offset === this.offset;
    const little = all && owed < LITTLE;
    const left = (little ? patience : ACK_AFTER) - (this.now() - this.ackedAt);
    if (owed <= 0) return;
    if (owed >= this.window / 4 || left <= 0 || (all && !little)) this.acknowledge(offset);
    else if (little) this.acknowledgeIn(left, offset);
  }

  private acknowledgeIn(delay: number, offset: number): void {
    this.little = offset;
    if (this.waits) return;
    this.waits = true;
    this.callLater(() => {
      this.waits = false;
      if (this.attached && this.little !== null) this.acknowledge(this.little);
    }, delay);
  }

  private acknowledge(offset: number): void {
    this.acked = offset;
    this.little = null;
    this.ackedAt = this.now();
    this.sendAck(offset);
  }
}
