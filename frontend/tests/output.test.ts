import assert from "node:assert/strict";
import { test } from "node:test";
import { Output } from "../src/output.ts";
import { FakeScreen, made, resumed, utf8 } from "./fakes.ts";

function setup(eager = false) {
  const screen = new FakeScreen(eager);
  const acks: number[] = [];
  const clock = { now: 0, later: [] as [number, () => void][] };
  const output = new Output(
    screen, (offset) => acks.push(offset), () => clock.now, undefined,
    (call, delay) => clock.later.push([clock.now + delay, call]),
  );
  const pass = (milliseconds: number) => {
    clock.now += milliseconds;
    const due = clock.later.filter(([at]) => at <= clock.now);
    clock.later = clock.later.filter(([at]) => at > clock.now);
    for (const [, call] of due) call();
  };
  return { screen, acks, clock, output, pass };
}

test("acks at once, then when all is parsed", () => {
  const { output, screen, acks, clock } = setup();
  output.begin(made());
  assert.deepEqual(acks, [0]);
  clock.now += 50;
  output.bytes(utf8("hello"));
  assert.equal(output.offset, 5);
  assert.deepEqual(acks, [0], "handed over is not parsed");
  screen.parse();
  assert.deepEqual(acks, [0, 5]);
  output.bytes(utf8("x".repeat(1024)));
  screen.parse();
  assert.deepEqual(acks, [0, 5, 1029], "so much does not wait");
});

test("acks little things twenty times a second, and the last of them, too", () => {
  const { output, screen, acks, pass } = setup();
  output.begin(made());
  for (let count = 0; count < 20; count += 1) {
    pass(10);
    output.bytes(utf8("k"));
    screen.parse();
  }
  assert.deepEqual(acks, [0, 4, 9, 14, 19]);
  output.bytes(utf8("last"));
  screen.parse();
  pass(49);
  assert.deepEqual(acks, [0, 4, 9, 14, 19]);
  pass(1);
  assert.deepEqual(acks, [0, 4, 9, 14, 19, 24]);
  pass(1000);
  assert.deepEqual(acks, [0, 4, 9, 14, 19, 24]);
});

test("a hidden page, whose timers may take a minute, waits for none", () => {
  const screen = new FakeScreen();
  const acks: number[] = [];
  const output = new Output(screen, (offset) => acks.push(offset), () => 0);
  const page = globalThis as { document?: unknown };
  page.document = { hidden: true };
  try {
    output.begin(made());
    output.bytes(utf8("k"));
    screen.parse();
    assert.deepEqual(acks, [0, 1]);
  } finally {
    delete page.document;
  }
});

test("what was to be acknowledged in a moment is not, on another connection", () => {
  const { output, screen, acks, pass } = setup();
  output.begin(made());
  output.bytes(utf8("k"));
  screen.parse();
  output.detach();
  pass(50);
  assert.deepEqual(acks, [0], "nobody is there to be told");
  output.bytes(utf8("l"));
  assert.equal(output.resume(resumed({ offset: 2 })), true);
  assert.deepEqual(acks, [0, 1]);
  screen.parse();
  pass(50);
  assert.deepEqual(acks, [0, 1, 2]);
});

test("acks each quarter of the window while more is on its way", () => {
  const { output, screen, acks, pass } = setup();
  output.begin(made({ window: 40 }));
  for (let count = 0; count < 10; count += 1) output.bytes(utf8("1234"));
  screen.parse(9);
  assert.deepEqual(acks, [0, 12, 24, 36]);
  screen.parse();
  pass(50);
  assert.deepEqual(acks, [0, 12, 24, 36, 40]);
});

test("acks what it has parsed in a while, however little, and not oftener", () => {
  const { output, screen, acks, clock } = setup();
  output.begin(made());
  for (let count = 0; count < 10; count += 1) output.bytes(utf8("1234"));
  for (let count = 0; count < 9; count += 1) {
    clock.now += 8;
    screen.parse(1);
  }
  assert.deepEqual(acks, [0, 12, 24, 36]);
});

test("a resize takes place between the bytes where the server put it", () => {
  const { output, screen } = setup();
  output.begin(made());
  output.bytes(utf8("before"));
  output.resize({ cols: 100, rows: 30 });
  output.bytes(utf8("after"));
  assert.equal(screen.pending, 1, "what follows a resize waits until the resize has happened");
  screen.parse();
  assert.deepEqual(screen.drawn, ["reset", "80x24", "before", "100x30", "after"]);
});

test("an exact resume goes on where the page stands, and acks what is parsed", () => {
  const { output, screen, acks } = setup();
  output.begin(made());
  output.bytes(utf8("abcdef"));
  output.detach();
  screen.parse();
  assert.deepEqual(acks, [0], "nobody is there to be told");
  assert.equal(output.resume(resumed({ offset: 6 })), true);
  assert.deepEqual(acks, [0, 6]);
  output.bytes(utf8("gh"));
  screen.parse();
  assert.equal(output.offset, 8);
});

test("an exact resume at another place is refused", () => {
  const { output } = setup();
  output.begin(made());
  output.bytes(utf8("abc"));
  assert.equal(output.resume(resumed({ offset: 2 })), false);
});

test("a snapshot resets, has its own sizes, and is valid from its last byte on", () => {
  const { output, screen, acks } = setup(true);
  output.begin(made());
  output.bytes(utf8("old"));
  assert.equal(output.resume(resumed({ mode: "snapshot", offset: 50, answered: 50 })), true);
  assert.equal(output.offset, 3, "still good for a resume: nothing has been reset");
  output.snapshot({ type: "snapshot", first: true, last: false, bytes: 4, cols: 10, rows: 5 });
  assert.equal(output.offset, null);
  output.bytes(utf8("part"));
  assert.equal(output.offset, null, "not the last part");
  output.snapshot({ type: "snapshot", first: false, last: true, bytes: 6, cols: 20, rows: 6, offset: 50 });
  output.bytes(utf8("two"));
  assert.equal(output.offset, null, "not the last byte");
  output.bytes(utf8("sum"));
  assert.equal(output.offset, 50);
  assert.deepEqual(acks.at(-1), 50);
  output.bytes(utf8("new"));
  assert.equal(output.offset, 53);
  assert.deepEqual(screen.drawn, ["reset", "10x5", "part", "20x6", "two", "sum", "new"]);
});

test("a first part abandons an unfinished snapshot", () => {
  const { output, screen } = setup();
  output.resume(resumed({ mode: "snapshot", offset: 9 }));
  output.snapshot({ type: "snapshot", first: true, last: true, bytes: 9, cols: 80, rows: 24, offset: 9 });
  output.bytes(utf8("half"));
  output.snapshot({ type: "snapshot", first: true, last: true, bytes: 3, cols: 80, rows: 24, offset: 12 });
  output.bytes(utf8("all"));
  screen.parse();
  assert.deepEqual(screen.drawn, ["reset", "80x24", "all"]);
  assert.equal(output.offset, 12);
  assert.equal(output.parsed, 12);
});

test("bytes that were in flight when a snapshot began are not acknowledged", () => {
  const { output, screen, acks } = setup();
  output.begin(made());
  output.bytes(utf8("old"));
  output.resume(resumed({ mode: "snapshot", offset: 9 }));
  output.snapshot({ type: "snapshot", first: true, last: true, bytes: 2, cols: 80, rows: 24, offset: 9 });
  screen.parse();
  assert.deepEqual(acks, [0, 0]);
  output.bytes(utf8("ab"));
  screen.parse();
  assert.deepEqual(acks, [0, 0, 9]);
});

test("an empty snapshot is complete at once", () => {
  const { output, acks } = setup(true);
  output.resume(resumed({ mode: "snapshot", offset: 7 }));
  output.snapshot({ type: "snapshot", first: true, last: true, bytes: 0, cols: 80, rows: 24, offset: 7 });
  assert.equal(output.offset, 7);
  assert.deepEqual(acks, [0, 7]);
});

test("bytes that cross the end of a snapshot belong to both", () => {
  const { output, screen } = setup(true);
  output.resume(resumed({ mode: "snapshot", offset: 3 }));
  output.snapshot({ type: "snapshot", first: true, last: true, bytes: 3, cols: 80, rows: 24, offset: 3 });
  output.bytes(utf8("abcde"));
  assert.equal(output.offset, 5);
  assert.deepEqual(screen.drawn.slice(2), ["abc", "de"]);
});

test("the emulator is mute until exactly where somebody has answered", () => {
  const { output, screen } = setup();
  output.begin(made());
  output.resume(resumed({ offset: 0, answered: 4 }));
  assert.equal(output.muted, true);
  output.bytes(utf8("1234567"));
  assert.equal(screen.pending, 2, "cut where the answers end");
  screen.parse(1);
  assert.equal(output.muted, false, "what follows has not been answered by anybody");
});

test("the emulator is mute throughout a snapshot", () => {
  const { output, screen } = setup();
  output.resume(resumed({ mode: "snapshot", offset: 6, answered: 6 }));
  output.snapshot({ type: "snapshot", first: true, last: true, bytes: 6, cols: 80, rows: 24, offset: 6 });
  output.bytes(utf8("abc"));
  screen.parse();
  assert.equal(output.muted, true);
  output.bytes(utf8("def"));
  assert.equal(output.muted, true);
  screen.parse();
  assert.equal(output.muted, false);
});

test("a first answer that got lost may come as a resume at the beginning", () => {
  const { output } = setup();
  assert.equal(output.resume(resumed({ offset: 0 })), true);
  assert.equal(output.offset, 0);
});

test("who becomes the writer answers nothing that was sent to a viewer", () => {
  const screen = new FakeScreen();
  const output = new Output(screen, () => undefined);
  output.begin(made());
  output.bytes(utf8("query"));
  output.answerFromHere();
  output.bytes(utf8("again"));
  assert.equal(output.muted, true);
  screen.parse(1);
  assert.equal(output.muted, false, "from the next byte on it is this page's to answer");
});
