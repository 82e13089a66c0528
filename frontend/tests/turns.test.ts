import assert from "node:assert/strict";
import { mock, test } from "node:test";
import { Output } from "../src/output.ts";
import { Session, type SessionEvents } from "../src/session.ts";
import { Turns } from "../src/turns.ts";
import { FakeScreen, made } from "./fakes.ts";

const KIB = 1024;

function share() {
  const turns = new Turns();
  const one = () => {
    const screen = new FakeScreen();
    const output = new Output(screen, () => {}, () => 0, turns);
    output.begin(made());
    return { screen, output };
  };
  return [one(), one()] as const;
}

const bytes = (count: number) => new Uint8Array(count).fill(0x79);

test("a terminal is handed large output in pieces, and more of it as it parses", () => {
  const [{ screen, output }] = share();
  output.bytes(bytes(40 * KIB));
  assert.equal(screen.pending, 1);
  let most = 0;
  for (let count = 1; screen.pending > 0; count += 1) {
    screen.parse(1);
    most = Math.max(most, screen.pending);
    assert.equal(output.parsed, Math.min(count * 8, 40) * KIB);
  }
  assert.equal(most, 1);
  assert.equal(screen.content.length - "reset80x24".length, 40 * KIB);
});

test("small output is handed over at once, as far as it is no more than a piece", () => {
  const [{ screen, output }] = share();
  for (let count = 0; count < 4; count += 1) output.bytes(bytes(3 * KIB));
  assert.equal(screen.pending, 3);
});

test("who is typed in is parsed before the others, and they go on when it has nothing left", () => {
  mock.timers.enable({ apis: ["setTimeout"] });
  const [typed, other] = share();
  for (const { output } of [typed, other]) output.bytes(bytes(32 * KIB));
  typed.output.hurry();
  other.screen.parse(1);
  assert.equal(other.screen.pending, 0, "it waits");
  typed.screen.parse(3);
  assert.equal(other.screen.pending, 0, "it still waits");
  typed.screen.parse(1);
  assert.equal(other.screen.pending, 1, "its turn has come");
  other.screen.parse();
  assert.equal(other.output.parsed, 32 * KIB);
  mock.timers.reset();
});

test("nobody waits for long, nor for one that will never parse", () => {
  mock.timers.enable({ apis: ["setTimeout"] });
  const [typed, other] = share();
  for (const { output } of [typed, other]) output.bytes(bytes(32 * KIB));
  typed.output.hurry();
  other.screen.parse(1);
  mock.timers.tick(200);
  typed.output.hurry();
  mock.timers.tick(200);
  assert.equal(other.screen.pending, 0, "the last key counts");
  mock.timers.tick(50);
  assert.equal(other.screen.pending, 1);
  mock.timers.reset();
});

test("sizes and snapshots keep their places among pieces", () => {
  const [{ screen, output }] = share();
  output.bytes(bytes(20 * KIB));
  output.resize({ cols: 100, rows: 30 });
  output.bytes(bytes(1));
  screen.parse();
  const { drawn } = screen;
  assert.deepEqual([drawn.length, drawn.at(-2), drawn.at(-1)], [7, "100x30", "y"]);
  assert.equal(output.parsed, 20 * KIB + 1);
});

test("whoever types in a session wants to see what comes of it; an answer of the emulator is no typing", () => {
  const events = { changed() {} } as unknown as SessionEvents;
  const session = new Session(new FakeScreen(), events, { cols: 80, rows: 24 }, "wish");
  const hurry = mock.method(session.output, "hurry", () => {});
  session.reply(bytes(1));
  assert.equal(hurry.mock.callCount(), 0);
  session.type(bytes(1));
  assert.equal(hurry.mock.callCount(), 1);
});
