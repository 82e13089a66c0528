/**
 * The client's side of one session, without a socket and without a screen: which message follows
 * which. A connection is given to it, taken away, and given again.
 */
import { told } from "./codes.ts";
import { Input, type Taken } from "./input.ts";
import { Output, type Screen } from "./output.ts";
import {
  type ClientMessage, type Control, type ErrorMessage, type Exited, type Member, type Opening, type Resumed,
  type Role, type ServerMessage, type SessionMade, type Size, parse,
} from "./protocol.ts";

export interface Wire {
  send(message: ClientMessage): void;
  sendBytes(data: Uint8Array): void;
}

export interface SessionEvents {
  /** The session has this name; it is live, or live again. */
  attached(id: string): void;
  /** Role, input or the list of clients changed. */
  changed(): void;
  /** Bytes of output are missing above. */
  skipped(bytes: number): void;
  notice(code: string, message: string): void;
  /** Something was refused; if it ended the connection, that comes next. */
  complained(error: ErrorMessage): void;
  /** The server broke a rule; the connection is of no more use. */
  broken(why: string): void;
}

export class Session {
  id: string | null = null;
  token: string | null = null;
  client: string | null = null;
  /** How the next attempt asks for control; a person's gesture says `take`, once. */
  control: Control = "keep";
  exit: Exited | null = null;
  error: ErrorMessage | null = null;
  members: Member[] = [];
  live = false;

  readonly output: Output;
  readonly input: Input;
  /** What a new session is to be. */
  opening: Opening = {};
  /** The secret of a share, where this page came with one. */
  share: string | null = null;
  /** Whether this page may have control, or ask for it. */
  mayControl = true;

  private attempt = 0;
  private wire: Wire | null = null;

  constructor(
    screen: Screen,
    private readonly events: SessionEvents,
    private wish: Size,
    private readonly request: string,
    now: () => number = Date.now,
  ) {
    this.input = new Input(now);
    this.output = new Output(screen, (offset) => this.wire?.send({ type: "ack", offset }));
  }

  get role(): Role {
    return this.input.role;
  }

  /** Whether this client waits for somebody to grant it control. */
  get asks(): boolean {
    return this.members.some((member) => member.client === this.client && member.asks === true);
  }

  /** A connection is open: say what it is for. */
  connected(wire: Wire): void {
    this.wire = wire;
    this.error = null;
    this.attempt += 1;
    const { attempt, wish, request, control } = this;
    // A gesture counts once: what comes back by itself afterwards takes control from nobody.
    this.control = "keep";
    if (this.id !== null && this.token === null && this.share !== null) {
      wire.send({ type: "watch", session: this.id, share: this.share, ...wish });
      return;
    }
    if (this.id === null || this.token === null) {
      wire.send({ type: "open", request, attempt, ...this.opening, ...wish });
      return;
    }
    wire.send({
      type: "resume",
      session: this.id,
      token: this.token,
      offset: this.output.offset,
      ...(this.client === null ? {} : { client: this.client }),
      attempt,
      control,
      ...wish,
    });
  }

  disconnected(): void {
    this.wire = null;
    this.live = false;
    this.output.detach();
    this.input.detach();
  }

  text(frame: string): void {
    let message: ServerMessage | null;
    try {
      message = parse(frame);
    } catch (error) {
      this.events.broken(String(error));
      return;
    }
    if (message) this.message(message);
  }

  bytes(data: Uint8Array): void {
    if (!this.live) this.events.broken("bytes before the answer");
    else this.output.bytes(data);
  }

  /** What a person typed or pasted. */
  type(data: Uint8Array): Taken {
    this.output.hurry();
    const taken = this.input.take(data, true);
    this.events.changed();
    return taken;
  }

  /** What the emulator answered to a query in the output. */
  reply(data: Uint8Array): void {
    if (!this.output.muted && this.role === "writer") this.input.take(data, false);
  }

  /** The size that this page would like to have. */
  wishSize(size: Size): void {
    this.wish = { cols: size.cols, rows: size.rows };
    this.sendWish();
  }

  /** Take control, or ask for it where that is not for this page to decide. */
  requestControl(): void {
    this.wire?.send({ type: "request_control" });
  }

  grantControl(client: string): void {
    this.wire?.send({ type: "grant_control", client });
  }

  /** Give control up, or stop asking for it. */
  releaseControl(): void {
    this.wire?.send({ type: "release_control" });
  }

  /** End the session now, program and all. */
  close(): void {
    this.wire?.send({ type: "close" });
  }

  ping(id: number): void {
    this.wire?.send({ type: "ping", id });
  }

  private message(message: ServerMessage): void {
    switch (message.type) {
      case "session":
        this.output.begin(message);
        return this.welcome(message);
      case "resumed":
        return this.resumed(message);
      case "snapshot":
        return this.output.snapshot(message);
      case "resize":
        return this.output.resize(message);
      case "input_ack":
        this.input.account(message);
        return this.events.changed();
      case "role":
        if (this.role === "viewer" && message.role === "writer") this.output.answerFromHere();
        this.input.change(message);
        this.sendWish();
        return this.events.changed();
      case "clients":
        this.members = message.clients;
        return this.events.changed();
      case "exit":
        this.exit = message;
        return undefined;
      case "error":
        this.error = { ...message, message: told(message.code, message.message) };
        return this.events.complained(this.error);
      case "notice":
        return this.events.notice(message.code, told(message.code, message.message));
      case "pong":
        return undefined;
    }
  }

  private resumed(message: Resumed): void {
    if (!this.output.resume(message)) {
      this.output.offset = null;
      this.events.broken(`resumed at ${message.offset}`);
      return;
    }
    this.welcome(message);
    if (message.skipped > 0) this.events.skipped(message.skipped);
  }

  private welcome(message: SessionMade | Resumed): void {
    const sameClient = this.client === message.client;
    this.id = message.session;
    this.token = message.token;
    this.client = message.client;
    this.mayControl = message.features?.includes("control") ?? true;
    this.live = true;
    const { wire } = this;
    if (!wire) return;
    this.input.attach(
      message,
      {
        sendLease: (lease) => wire.send({ type: "input", lease }),
        sendBytes: (data) => wire.sendBytes(data),
      },
      sameClient,
    );
    this.sendWish();
    this.events.attached(message.session);
  }

  private sendWish(): void {
    const { size } = this.output;
    if (!this.live || !size) return;
    if (size.cols !== this.wish.cols || size.rows !== this.wish.rows) {
      this.wire?.send({ type: "resize", ...this.wish });
    }
  }
}
