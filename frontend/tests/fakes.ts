/** The browser, the terminal and the server, as small as the tests need them. */
import type { Screen } from "../src/output.ts";
import type { ClientMessage, Resumed, SessionMade, Size } from "../src/protocol.ts";
import type { SocketLike, Timers } from "../src/connection.ts";

export const utf8 = (text: string) => new TextEncoder().encode(text);
export const text = (data: Uint8Array) => new TextDecoder().decode(data);

/** A terminal that parses when it is told to, and writes down what was done to it, in order. */
export class FakeScreen implements Screen {
  drawn: string[] = [];
  private queue: [Uint8Array, () => void][] = [];

  constructor(private readonly eager = false) {}

  write(data: Uint8Array, done: () => void): void {
    this.queue.push([data.slice(), done]);
    if (this.eager) this.parse();
  }

  resize(size: Size): void {
    this.drawn.push(`${size.cols}x${size.rows}`);
  }

  reset(): void {
    this.drawn = ["reset"];
  }

  /** Parse so many chunks, or all. */
  parse(count = Infinity): void {
    for (; count > 0 && this.queue.length > 0; count -= 1) {
      const [data, done] = this.queue.shift()!;
      this.drawn.push(text(data));
      done();
    }
  }

  get pending(): number {
    return this.queue.length;
  }

  /** What was drawn, without the places where it was cut. */
  get content(): string {
    return this.drawn.join("");
  }
}

export class FakeTimers implements Timers {
  now = 0;
  private next = 1;
  private readonly waiting = new Map<number, [number, () => void]>();

  set(callback: () => void, ms: number): number {
    this.waiting.set(this.next, [this.now + ms, callback]);
    return this.next++;
  }

  clear(id: number): void {
    this.waiting.delete(id);
  }

  get count(): number {
    return this.waiting.size;
  }

  advance(ms: number): void {
    const end = this.now + ms;
    for (;;) {
      const due = [...this.waiting].filter(([, [at]]) => at <= end).sort((a, b) => a[1][0] - b[1][0]);
      const first = due[0];
      if (!first) break;
      this.waiting.delete(first[0]);
      this.now = first[1][0];
      first[1][1]();
    }
    this.now = end;
  }
}

export class FakeSocket implements SocketLike {
  binaryType = "";
  readyState = 0;
  onopen: ((event: Event) => void) | null = null;
  onmessage: ((event: MessageEvent) => void) | null = null;
  onclose: ((event: CloseEvent) => void) | null = null;
  sent: (ClientMessage | Uint8Array)[] = [];
  closed = false;

  send(data: string | Uint8Array): void {
    this.sent.push(typeof data === "string" ? (JSON.parse(data) as ClientMessage) : data.slice());
  }

  close(): void {
    this.closed = true;
  }

  open(): void {
    this.readyState = 1;
    this.onopen?.({} as Event);
  }

  receive(message: object | Uint8Array): void {
    const data = message instanceof Uint8Array ? message.slice().buffer : JSON.stringify(message);
    this.onmessage?.({ data } as MessageEvent);
  }

  end(code: number): void {
    this.readyState = 3;
    this.onclose?.({ code, reason: "" } as CloseEvent);
  }

  messages<T extends ClientMessage["type"]>(type: T): Extract<ClientMessage, { type: T }>[] {
    return this.sent.filter(
      (item): item is Extract<ClientMessage, { type: T }> =>
        !(item instanceof Uint8Array) && item.type === type,
    );
  }

  get typed(): string {
    const pieces = this.sent.filter((item): item is Uint8Array => item instanceof Uint8Array);
    return pieces.map(text).join("");
  }
}

export function made(more: Partial<SessionMade> = {}): SessionMade {
  return {
    type: "session", session: "s1", token: "t1", client: "c1", offset: 0, cols: 80, rows: 24,
    role: "writer", lease: 1, window: 4096, input_offset: 0, input_limit: 65536, grace: 60, ...more,
  };
}

export function resumed(more: Partial<Resumed> = {}): Resumed {
  return {
    ...made(), type: "resumed", token: "t2", mode: "exact", skipped: 0, answered: 0, refused: 0,
    ...more,
  };
}

/** A repeatable stream of numbers in [0, 1): mulberry32. */
export function seeded(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296;
  };
}
