/**
 * Random lives of a session against a small server that counts everything: the network is cut at any
 * place, other tabs take control, and in the end nothing was lost, doubled or typed twice.
 */
import assert from "node:assert/strict";
import { test } from "node:test";
import type { ClientMessage, Role, ServerMessage } from "../src/protocol.ts";
import { Session, type Wire } from "../src/session.ts";
import { FakeScreen, made, resumed, seeded, text, utf8 } from "./fakes.ts";

const WINDOW = 64;

class Server {
  output = "";
  accepted = "";
  role: Role = "writer";
  lease = 1;
  received = 0;
  refusedBytes = "";
  private acked = 0;
  private sent = 0;
  private declared = 0;
  private known = false;

  constructor(private readonly random: () => number) {}

  get limit(): number {
    return this.received + 20;
  }

  accept(message: ClientMessage | Uint8Array, answer: (message: ServerMessage | Uint8Array) => void): void {
    if (message instanceof Uint8Array) return this.input(message, answer);
    if (message.type === "open") {
      this.begin(0);
      answer(made({ window: WINDOW, ...this.inputState() }));
    } else if (message.type === "resume") this.resume(message.offset, message.control === "take", answer);
    else if (message.type === "input") this.declared = message.lease;
    else if (message.type === "ack") {
      assert.ok(message.offset <= this.sent, "an ack beyond what was sent");
      this.acked = Math.max(this.acked, message.offset);
    }
  }

  private inputState() {
    return {
      role: this.role, lease: this.lease, input_offset: this.received, input_limit: this.limit,
      refused: this.refusedBytes.length,
    };
  }

  private begin(offset: number): void {
    this.known = true;
    this.sent = this.acked = offset;
    this.declared = 0;
  }

  private resume(
    offset: number | null,
    take: boolean,
    answer: (message: ServerMessage | Uint8Array) => void,
  ): void {
    assert.ok(this.known);
    if (take && this.role === "viewer") this.change("writer");
    const end = this.output.length;
    const exact = offset !== null && this.random() < 0.8;
    this.begin(exact ? offset : end);
    answer(
      resumed({
        mode: exact ? "exact" : "snapshot", offset: exact ? offset : end, window: WINDOW,
        answered: end, ...this.inputState(),
      }),
    );
    if (exact) return;
    const half = Math.floor(end / 2);
    answer({ type: "snapshot", first: true, last: false, bytes: half, cols: 80, rows: 24 });
    if (half > 0) answer(utf8(this.output.slice(0, half)));
    answer({ type: "snapshot", first: false, last: true, bytes: end - half, cols: 80, rows: 24, offset: end });
    if (end > half) answer(utf8(this.output.slice(half)));
  }

  private input(data: Uint8Array, answer: (message: ServerMessage) => void): void {
    assert.ok(this.received + data.length <= this.limit, "beyond the limit");
    this.received += data.length;
    if (this.role === "writer" && this.declared === this.lease) this.accepted += text(data);
    else this.refusedBytes += text(data);
    answer(this.inputAck());
  }

  inputAck(): ServerMessage {
    return {
      type: "input_ack", offset: this.received, limit: this.limit, refused: this.refusedBytes.length,
    };
  }

  change(role: Role): ServerMessage {
    this.role = role;
    this.lease += 1;
    return { type: "role", role, lease: this.lease, input_limit: this.limit };
  }

  /** The next piece of output that the window lets through. */
  next(): Uint8Array | null {
    const room = Math.min(WINDOW - (this.sent - this.acked), 1 + Math.floor(this.random() * 30));
    const piece = this.output.slice(this.sent, this.sent + Math.max(0, room));
    this.sent += piece.length;
    return piece ? utf8(piece) : null;
  }
}

/** One life: every message is in one of two queues, and a cut empties both. */
class Life {
  readonly screen = new FakeScreen();
  readonly server: Server;
  readonly session: Session;
  typed = "";
  held = "";
  private up: (ClientMessage | Uint8Array)[] = [];
  private down: (ServerMessage | Uint8Array)[] = [];
  private connected = false;
  private number = 0;

  constructor(private readonly random: () => number) {
    this.server = new Server(random);
    const nothing = () => undefined;
    const broken = (why: string) => assert.fail(why);
    this.session = new Session(
      this.screen,
      { attached: nothing, changed: nothing, skipped: nothing, notice: nothing,
        complained: nothing, broken },
      { cols: 80, rows: 24 },
      "wish",
    );
  }

  step(): void {
    const dice = this.random();
    if (dice < 0.12) this.type();
    else if (dice < 0.24) this.print();
    else if (dice < 0.28) this.cut();
    else if (dice < 0.3) this.otherTab();
    else if (dice < 0.42) this.screen.parse(1);
    else this.move();
    this.collectHeld();
  }

  finish(): void {
    if (!this.connected) this.connect();
    if (this.server.role === "viewer") this.down.push(this.server.change("writer"));
    for (let round = 0; round < 2000; round += 1) {
      this.move();
      this.screen.parse();
      this.collectHeld();
    }
  }

  private type(): void {
    const line = `<${this.number++}>`;
    if (this.session.type(utf8(line)) !== "viewer") this.typed += line;
  }

  private print(): void {
    this.server.output += `[${this.number++}]${"x".repeat(Math.floor(this.random() * 40))}`;
  }

  private cut(): void {
    if (this.connected) this.session.disconnected();
    this.connected = false;
    this.up = [];
    this.down = [];
  }

  private connect(): void {
    this.connected = true;
    const wire: Wire = {
      send: (message) => this.up.push(message),
      sendBytes: (data) => this.up.push(data.slice()),
    };
    this.session.connected(wire);
  }

  private otherTab(): void {
    if (this.connected && this.session.live) {
      this.down.push(this.server.change(this.server.role === "writer" ? "viewer" : "writer"));
    }
  }

  private move(): void {
    if (!this.connected) return this.connect();
    if (this.random() < 0.5) {
      const message = this.up.shift();
      if (message) this.server.accept(message, (answer) => this.down.push(answer));
      return undefined;
    }
    const message = this.down.shift();
    if (message instanceof Uint8Array) this.session.bytes(message);
    else if (message) this.session.text(JSON.stringify(message));
    else if (this.session.live) {
      const piece = this.server.next();
      if (piece) this.down.push(piece);
    }
    return undefined;
  }

  /** What a person is shown as not typed, thrown away by them. */
  private collectHeld(): void {
    this.held += text(this.session.input.held);
    this.session.input.discardHeld();
  }
}

const tokens = (stream: string) => stream.match(/<\d+>/g) ?? [];

test("no byte is lost or doubled in 500 random lives", () => {
  for (let seed = 1; seed <= 500; seed += 1) {
    const random = seeded(seed);
    const life = new Life(random);
    for (let step = 0; step < 400; step += 1) life.step();
    life.finish();
    const { server, screen } = life;
    const shown = screen.content.replace(/^reset|80x24/g, "");
    assert.equal(shown, server.output, `output, seed ${seed}`);
    assert.equal(life.held.length + server.accepted.length, life.typed.length, `input, seed ${seed}`);
    const pieces = [...server.accepted, ...life.held].sort().join("");
    assert.equal(pieces, [...life.typed].sort().join(""), `each byte once, seed ${seed}`);
    // What was accepted arrived in the order in which it was typed.
    let at = 0;
    for (const token of tokens(server.accepted)) {
      const found = life.typed.indexOf(token, at);
      assert.ok(found >= 0, `order of ${token}, seed ${seed}`);
      at = found + token.length;
    }
    assert.ok(tokens(server.accepted).length > 0 || life.typed === "" || life.held !== "");
  }
});
