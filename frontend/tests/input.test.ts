import assert from "node:assert/strict";
import { test } from "node:test";
import { Input, MAX_AGE_MS, MAX_KEPT } from "../src/input.ts";
import { MAX_BINARY } from "../src/protocol.ts";
import { text, utf8 } from "./fakes.ts";

class Wire {
  log: string[] = [];
  bytes: Uint8Array[] = [];
  sendLease(lease: number): void {
    this.log.push(`lease ${lease}`);
  }
  sendBytes(data: Uint8Array): void {
    this.log.push(text(data));
    this.bytes.push(data);
  }
}

const STATE = { role: "writer" as const, lease: 1, input_offset: 0, input_limit: 1000 };

test("announces the lease before the first bytes, once", () => {
  const input = new Input();
  const wire = new Wire();
  input.attach(STATE, wire, false);
  assert.deepEqual(wire.log, []);
  assert.equal(input.take(utf8("a"), true), "sent");
  assert.equal(input.take(utf8("b"), true), "sent");
  assert.deepEqual(wire.log, ["lease 1", "a", "b"]);
});

test("keeps what is typed while disconnected, and says how much waits", () => {
  const input = new Input();
  assert.equal(input.take(utf8("early"), true), "kept");
  assert.equal(input.waiting, 5);
  const wire = new Wire();
  input.attach(STATE, wire, false);
  assert.deepEqual(wire.log, ["lease 1", "early"]);
  assert.equal(input.waiting, 0);
});

test("what the emulator says is kept, but no person waits for it", () => {
  const input = new Input();
  input.take(utf8("reply"), false);
  assert.equal(input.waiting, 0);
  const wire = new Wire();
  input.attach(STATE, wire, false);
  assert.deepEqual(wire.log, ["lease 1", "reply"]);
});

test("sends again from where the server has accounted for it, and no earlier", () => {
  const input = new Input();
  input.attach(STATE, new Wire(), false);
  input.take(utf8("0123456789"), true);
  input.account({ offset: 3, limit: 1000, refused: 0 });
  input.detach();
  input.take(utf8("ab"), true);
  const wire = new Wire();
  input.attach({ ...STATE, input_offset: 6 }, wire, true);
  assert.equal(wire.log.join(" "), "lease 1 6789 ab");
  assert.equal(input.held.length, 0);
});

test("never sends beyond the limit, and goes on when it rises", () => {
  const input = new Input();
  const wire = new Wire();
  input.attach({ ...STATE, input_limit: 4 }, wire, false);
  assert.equal(input.take(utf8("abcdef"), true), "kept");
  assert.deepEqual(wire.log, ["lease 1", "abcd"]);
  assert.equal(input.waiting, 2);
  input.account({ offset: 4, limit: 8, refused: 0 });
  assert.deepEqual(wire.log, ["lease 1", "abcd", "ef"]);
});

test("a frame is never larger than the protocol allows", () => {
  const input = new Input();
  const wire = new Wire();
  input.attach({ ...STATE, input_limit: 10 * MAX_BINARY }, wire, false);
  input.take(new Uint8Array(3 * MAX_BINARY + 5), true);
  assert.deepEqual(wire.bytes.map((data) => data.length), [MAX_BINARY, MAX_BINARY, MAX_BINARY, 5]);
});

test("refused bytes are held for the person: the last ones of what was accounted for", () => {
  const input = new Input();
  const wire = new Wire();
  input.attach(STATE, wire, false);
  input.take(utf8("accepted-refused"), true);
  input.change({ role: "viewer", lease: 2, input_limit: 1000 });
  input.account({ offset: 16, limit: 1000, refused: 7 });
  assert.equal(text(input.held), "refused");
  input.account({ offset: 16, limit: 1000, refused: 7 });
  assert.equal(text(input.held), "refused", "told once");
});

test("under a new lease nothing is sent before the earlier bytes are accounted for", () => {
  const input = new Input();
  const wire = new Wire();
  input.attach(STATE, wire, false);
  input.take(utf8("old"), true);
  input.change({ role: "viewer", lease: 2, input_limit: 1000 });
  input.change({ role: "writer", lease: 3, input_limit: 1000 });
  input.take(utf8("new"), true);
  assert.deepEqual(wire.log, ["lease 1", "old"]);
  input.account({ offset: 3, limit: 1000, refused: 3 });
  assert.deepEqual(wire.log, ["lease 1", "old", "lease 3", "new"]);
  assert.equal(text(input.held), "old");
});

test("the same role told again changes nothing but the limit", () => {
  const input = new Input();
  const wire = new Wire();
  input.attach({ ...STATE, input_limit: 2 }, wire, false);
  input.take(utf8("abcd"), true);
  input.change({ role: "writer", lease: 1, input_limit: 4 });
  assert.deepEqual(wire.log, ["lease 1", "ab", "cd"]);
});

test("a viewer types nothing; what had not been sent is held, not sent later by itself", () => {
  const input = new Input();
  const wire = new Wire();
  input.attach({ ...STATE, input_limit: 2 }, wire, false);
  input.take(utf8("abcd"), true);
  input.change({ role: "viewer", lease: 2, input_limit: 2 });
  assert.equal(input.take(utf8("x"), true), "viewer");
  assert.equal(text(input.held), "cd");
  input.account({ offset: 2, limit: 100, refused: 0 });
  input.change({ role: "writer", lease: 3, input_limit: 100 });
  assert.deepEqual(wire.log, ["lease 1", "ab"]);
  input.releaseHeld();
  assert.deepEqual(wire.log, ["lease 1", "ab", "lease 3", "cd"]);
  assert.equal(input.held.length, 0);
});

test("as a new client it asks about what had been sent, because nobody knows what arrived", () => {
  const input = new Input();
  input.attach(STATE, new Wire(), false);
  input.take(utf8("sent"), true);
  input.detach();
  input.take(utf8("+typed"), true);
  const wire = new Wire();
  input.attach({ ...STATE, lease: 5 }, wire, false);
  assert.deepEqual(wire.log, []);
  assert.equal(text(input.held), "sent+typed");
  input.discardHeld();
  input.take(utf8("x"), true);
  assert.deepEqual(wire.log, ["lease 5", "x"]);
});

test("it does not keep without bound", () => {
  const input = new Input();
  assert.equal(input.take(new Uint8Array(MAX_KEPT), true), "kept");
  assert.equal(input.take(utf8("x"), true), "full");
});

/** An input that is cut off with something in it, and comes back so many milliseconds later. */
function awayFor(ms: number, fill: (input: Input) => void): { input: Input; wire: Wire } {
  let now = 1000;
  const input = new Input(() => now);
  input.attach(STATE, new Wire(), false);
  input.detach();
  fill(input);
  now += ms;
  input.take(utf8("\r"), true);
  const wire = new Wire();
  input.attach(STATE, wire, true);
  return { input, wire };
}

test("what waited too long is shown instead of sent, with all that was typed behind it", () => {
  const { input, wire } = awayFor(MAX_AGE_MS + 1, (it) => it.take(utf8("rm -r x"), true));
  assert.deepEqual(wire.log, []);
  assert.equal(text(input.held), "rm -r x\r");
  assert.equal(input.waiting, 0);
  input.releaseHeld();
  assert.deepEqual(wire.log, ["lease 1", "rm -r x\r"]);
});

test("what has not waited too long is sent", () => {
  const { input, wire } = awayFor(MAX_AGE_MS, (it) => it.take(utf8("ls"), true));
  assert.deepEqual(wire.log, ["lease 1", "ls", "\r"]);
  assert.equal(input.held.length, 0);
});

test("what was accounted for does not make the rest old, nor does an emulator's answer", () => {
  let now = 0;
  const input = new Input(() => now);
  input.attach(STATE, new Wire(), false);
  input.take(utf8("old"), true);
  input.take(utf8("answer"), false);
  now += 2 * MAX_AGE_MS;
  input.take(utf8("new"), true);
  input.detach();
  const wire = new Wire();
  input.attach({ ...STATE, input_offset: 3 }, wire, true);
  assert.equal(wire.log.join(" "), "lease 1 answer new");
});

test("what was sent, was not received and is old is asked about as well", () => {
  let now = 0;
  const input = new Input(() => now);
  input.attach(STATE, new Wire(), false);
  input.take(utf8("abcdef"), true);
  input.detach();
  now += MAX_AGE_MS + 1;
  const wire = new Wire();
  input.attach({ ...STATE, input_offset: 2 }, wire, true);
  assert.deepEqual(wire.log, []);
  assert.equal(text(input.held), "cdef");
});
