/** One WebSocket, watched: a link that has died without a word is given up. */
import { CloseCode, type ClientMessage, encode } from "./protocol.ts";

/** What this module needs of a WebSocket. */
export interface SocketLike {
  binaryType: string;
  readyState: number;
  onopen: ((event: Event) => void) | null;
  onmessage: ((event: MessageEvent) => void) | null;
  onclose: ((event: CloseEvent) => void) | null;
  send(data: string | Uint8Array<ArrayBuffer>): void;
  close(code?: number): void;
}

export interface Timers {
  set(callback: () => void, ms: number): number;
  clear(id: number): void;
}

export interface ConnectionEvents {
  opened(connection: Connection): void;
  text(frame: string): void;
  bytes(data: Uint8Array): void;
  /** What was sent has not been answered for a while, or something arrived after all. */
  silent(yes: boolean): void;
  /** Exactly once; `opened` tells whether the upgrade had succeeded. */
  closed(code: number, opened: boolean): void;
}

/** Silence after which the other end is asked whether it is there. */
export const QUIET_MS = 20_000;
/** How long it may take to answer. */
export const ANSWER_MS = 8_000;
/** How long it may take before the person hears of it; a server answers within a blink. */
export const SLOW_MS = 3_000;
/** How long it may take where the browser says that there is no network. */
export const OFFLINE_MS = 1_500;
export const OPENING_MS = 15_000;

const OPEN = 1;

export class Connection {
  private opened = false;
  private over = false;
  private timer: number | null = null;
  private pings = 0;
  /** Whether something was sent to which an answer has to come: a ping, or input. */
  private owed = false;
  private silent = false;

  constructor(
    private readonly socket: SocketLike,
    private readonly events: ConnectionEvents,
    private readonly timers: Timers,
  ) {
    socket.binaryType = "arraybuffer";
    socket.onopen = () => {
      this.opened = true;
      this.expectIn(QUIET_MS, () => this.probe());
      events.opened(this);
    };
    socket.onmessage = ({ data }) => {
      if (this.over) return;
      this.heard();
      if (typeof data === "string") events.text(data);
      else events.bytes(new Uint8Array(data as ArrayBuffer));
    };
    socket.onclose = ({ code }) => this.finish(code);
    this.expectIn(OPENING_MS, () => this.drop());
  }

  static url(base: string, location: { protocol: string; host: string }): string {
    const scheme = location.protocol === "https:" ? "wss:" : "ws:";
    return `${scheme}//${location.host}${base}ws`;
  }

  send(message: ClientMessage): void {
    if (!this.over && this.socket.readyState === OPEN) this.socket.send(encode(message));
  }

  /** Send input, which the server accounts for. */
  sendBytes(data: Uint8Array): void {
    if (!this.over && this.socket.readyState === OPEN) {
      this.socket.send(data as Uint8Array<ArrayBuffer>);
      this.expectAnswer();
    }
  }

  /** Ask whether the other end is there; without an answer the link counts as dead. */
  probe(): void {
    if (!this.opened) return;
    this.ping();
    this.expectAnswer();
  }

  /** The browser says that there is no network, which is not true of a server on this machine. */
  doubt(): void {
    if (!this.opened) return;
    this.ping();
    this.owed = true;
    this.expectIn(OFFLINE_MS, () => this.drop());
  }

  /** Give up now, without waiting for the other end to agree. */
  drop(): void {
    this.finish(CloseCode.LOST);
  }

  private ping(): void {
    this.pings += 1;
    this.send({ type: "ping", id: this.pings });
  }

  private heard(): void {
    this.owed = false;
    this.expectIn(QUIET_MS, () => this.probe());
    this.tell(false);
  }

  private expectAnswer(): void {
    if (this.owed) return;
    this.owed = true;
    this.expectIn(SLOW_MS, () => {
      this.expectIn(ANSWER_MS - SLOW_MS, () => this.drop());
      this.tell(true);
    });
  }

  private tell(silent: boolean): void {
    if (silent === this.silent) return;
    this.silent = silent;
    this.events.silent(silent);
  }

  private expectIn(ms: number, otherwise: () => void): void {
    if (this.timer !== null) this.timers.clear(this.timer);
    this.timer = this.timers.set(otherwise, ms);
  }

  private finish(code: number): void {
    if (this.over) return;
    this.over = true;
    if (this.timer !== null) this.timers.clear(this.timer);
    this.socket.onopen = this.socket.onmessage = this.socket.onclose = null;
    this.socket.close();
    this.events.closed(code, this.opened);
  }
}
