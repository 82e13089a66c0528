/**
 * Input with absolute offsets: kept until the server has accounted for it, sent exactly once, never
 * beyond the limit and never under a lease that was not announced.
 */
import { ByteQueue } from "./bytes.ts";
import { type InputAck, MAX_BINARY, type Role, type RoleMessage } from "./protocol.ts";

/** More than this is not kept while it cannot be sent. */
export const MAX_KEPT = 32 * 1024 * 1024;

/** What has waited longer for a connection is not sent before its person has said so. */
export const MAX_AGE_MS = 30_000;

/** Keys within this time count as typed at once, so that their times take no room. */
const SAME_MOMENT_MS = 1000;

export interface InputWire {
  sendLease(lease: number): void;
  sendBytes(data: Uint8Array): void;
}

export interface InputState {
  role: Role;
  lease: number;
  input_offset: number;
  input_limit: number;
  refused?: number;
}

export type Taken = "sent" | "kept" | "viewer" | "full";

export class Input {
  role: Role = "writer";
  /** Bytes that were not typed into the terminal; only a person decides what becomes of them. */
  held: Uint8Array = new Uint8Array(0);

  private kept = new ByteQueue();
  private sent = 0;
  private limit = 0;
  private lease = 0;
  private announced = false;
  private refused = 0;
  /** Under a new lease nothing is sent before everything until here is accounted for. */
  private barrier = 0;
  private wire: InputWire | null = null;
  private typedWaiting = false;
  /** When what is kept was typed: each moment, with the offset that it reaches to. */
  private moments: { at: number; end: number }[] = [];

  constructor(private readonly now: () => number = Date.now) {}

  /** Bytes that a person typed and that have not been sent. */
  get waiting(): number {
    return this.typedWaiting ? this.kept.end - this.sent : 0;
  }

  /** Bytes that a person typed and of which nobody knows yet whether they arrived. */
  get unanswered(): number {
    return this.moments.length > 0 ? this.kept.length : 0;
  }

  /** The server has taken this client up: what it has not accounted for is sent again. */
  attach(state: InputState, wire: InputWire, sameClient: boolean): void {
    this.wire = null;
    if (!sameClient) this.rebase(state);
    this.account({ offset: state.input_offset, limit: state.input_limit, refused: state.refused ?? 0 });
    this.lease = state.lease;
    this.role = state.role;
    this.announced = false;
    this.sent = this.barrier = state.input_offset;
    if (this.role === "viewer" || this.stale) this.hold(this.cut());
    this.wire = wire;
    this.flush();
  }

  /** Whether some of what a person typed has waited so long that it may be unwanted by now. */
  private get stale(): boolean {
    const oldest = this.moments[0];
    return oldest !== undefined && this.now() - oldest.at > MAX_AGE_MS;
  }

  /** Take out what has not been sent on this connection. */
  private cut(): Uint8Array {
    this.moments = this.moments.filter(({ end }) => end <= this.sent);
    return this.kept.cutAt(this.sent);
  }

  /** The server counts from anew; of what had been sent nobody knows how much arrived. */
  private rebase(state: InputState): void {
    const unsure = this.sent > this.kept.start;
    const kept = this.kept.slice(this.kept.start);
    const moved = state.input_offset - this.kept.start;
    this.kept = new ByteQueue(state.input_offset);
    this.moments = unsure ? [] : this.moments.map(({ at, end }) => ({ at, end: end + moved }));
    this.refused = state.refused ?? 0;
    if (unsure) this.hold(kept);
    else this.kept.push(kept);
  }

  detach(): void {
    this.wire = null;
  }

  /** Take bytes that a person typed or pasted, or that the emulator answered. */
  take(data: Uint8Array, typed: boolean): Taken {
    if (this.role === "viewer") return "viewer";
    if (this.kept.length + data.length > MAX_KEPT) return "full";
    this.kept.push(data);
    if (typed) this.remember();
    this.flush();
    if (this.sent === this.kept.end) return "sent";
    this.typedWaiting ||= typed;
    return "kept";
  }

  account(ack: Omit<InputAck, "type">): void {
    const refused = ack.refused - this.refused;
    if (refused > 0) {
      // What was accepted came first: a lease that has been lost does not come back.
      this.hold(this.kept.slice(Math.max(this.kept.start, ack.offset - refused), ack.offset));
    }
    this.refused = Math.max(this.refused, ack.refused);
    this.kept.dropTo(ack.offset);
    while (this.moments[0] && this.moments[0].end <= ack.offset) this.moments.shift();
    this.sent = Math.max(this.sent, this.kept.start);
    this.limit = ack.limit;
    this.flush();
  }

  change(message: Omit<RoleMessage, "type">): void {
    this.limit = message.input_limit;
    if (message.lease !== this.lease || message.role !== this.role) {
      this.lease = message.lease;
      this.role = message.role;
      this.announced = false;
      this.barrier = this.sent;
      if (this.role === "viewer") this.hold(this.cut());
    }
    this.flush();
  }

  /** What is held goes the way of all input, because a person said so. */
  releaseHeld(): void {
    const held = this.held;
    this.held = new Uint8Array(0);
    if (this.take(held, true) === "viewer") this.hold(held);
  }

  discardHeld(): void {
    this.held = new Uint8Array(0);
  }

  private remember(): void {
    const last = this.moments.at(-1);
    if (last && this.now() - last.at < SAME_MOMENT_MS) last.end = this.kept.end;
    else this.moments.push({ at: this.now(), end: this.kept.end });
  }

  private hold(data: Uint8Array): void {
    if (data.length === 0) return;
    const both = new Uint8Array(this.held.length + data.length);
    both.set(this.held);
    both.set(data, this.held.length);
    this.held = both;
  }

  private flush(): void {
    if (!this.wire || this.role !== "writer" || this.kept.start < this.barrier) return;
    for (;;) {
      const room = Math.min(this.limit - this.sent, MAX_BINARY);
      const data = room > 0 ? this.kept.read(this.sent, room) : new Uint8Array(0);
      if (data.length === 0) break;
      if (!this.announced) {
        this.announced = true;
        this.wire.sendLease(this.lease);
      }
      this.sent += data.length;
      this.wire.sendBytes(data);
    }
    if (this.sent === this.kept.end) this.typedWaiting = false;
  }
}
