import assert from "node:assert/strict";
import { test } from "node:test";
import type { AuditRow, KeptRow, OlderPage } from "../src/admin/data.ts";
import { Feed } from "../src/admin/feed.ts";
import { type Asking, fits, MOST_OLDER, Older } from "../src/admin/older.ts";
import { ApiError } from "../src/api.ts";
import { seeded } from "./fakes.ts";

const ANY = { event: "", user: "" };

const kept = (n: number, more: Partial<KeptRow> = {}): KeptRow => ({
  event: "auth.ok", time: n, user: n % 3 ? "alice" : "bob", remote: "", session: "", facts: { n }, ...more,
});
const row = (n: number): AuditRow => ({ ...kept(n), number: n });
const numbers = (rows: AuditRow[]) => rows.map((one) => one.facts["n"]);

/** A sink that has some events, the oldest first, and gives a few at a time. */
class Sink implements Asking {
  asked: Record<string, string>[] = [];
  pauses = 0;
  refusals: Error[] = [];

  constructor(readonly events: KeptRow[], readonly size: () => number = () => 3) {}

  async page(query: Record<string, string>): Promise<OlderPage> {
    this.asked.push(query);
    await Promise.resolve();
    const refusal = this.refusals.shift();
    if (refusal) throw refusal;
    const until = Number(query["until"] ?? Infinity);
    let at = query["cursor"] === undefined ? this.events.filter((one) => one.time <= until).length : Number(query["cursor"]);
    const events: KeptRow[] = [];
    for (let left = this.size(); left > 0 && at > 0; left -= 1) {
      at -= 1;
      const one = this.events[at] as KeptRow;
      if (fits(one.event, query["event"] ?? "") && ["", one.user].includes(query["user"] ?? "")) events.push(one);
    }
    return { events, sink: "jsonl", cursor: at > 0 ? String(at) : null };
  }

  pause(): Promise<void> {
    this.pauses += 1;
    return Promise.resolve();
  }
}

const upTo = (count: number) => Array.from({ length: count }, (_, n) => kept(n));

test("older events come page by page, and what is shown already does not come again", async () => {
  const sink = new Sink(upTo(10));
  const older = new Older(sink, ANY);
  const live = [row(8), row(9)];
  assert.deepEqual(numbers(await older.more(live)), [7, 6]);
  assert.deepEqual(numbers(await older.more(live)), [5, 4, 3]);
  assert.deepEqual(older.rows.map((one) => one.number), [3, 4, 5, 6, 7], "their numbers go on");
  assert.deepEqual(sink.asked.map(({ until, cursor, sink: name }) => [until, cursor, name]), [
    ["8", undefined, undefined], [undefined, "6", "jsonl"],
  ]);
  await older.more(live);
  assert.equal(older.done, true);
  assert.deepEqual(await older.more(live), []);
  assert.equal(sink.asked.length, 3);
});

test("where nothing is shown yet, the newest of the sink comes first", async () => {
  const sink = new Sink(upTo(5));
  const older = new Older(sink, ANY);
  assert.deepEqual(numbers(await older.more([])), [4, 3, 2]);
  assert.equal(sink.asked[0]?.["until"], undefined);
  assert.deepEqual(older.rows.map((one) => one.number), [-3, -2, -1]);
});

test("it looks on by itself where a page has nothing, until it is told to stop", async () => {
  const events = [kept(0, { user: "zoe" }), ...upTo(30)];
  const older = new Older(new Sink(events), { event: "auth.*", user: "zoe" });
  assert.deepEqual((await older.more([row(29)])).map((one) => one.user), ["zoe"]);
  const sink = new Sink(events);
  const stopped = new Older(sink, { event: "nothing", user: "" });
  const looking = stopped.more([row(29)]);
  assert.equal(stopped.busy, true);
  stopped.stop();
  assert.deepEqual(await looking, []);
  assert.deepEqual([stopped.busy, stopped.done, sink.asked.length], [false, false, 1]);
});

test("facts are compared whatever the order of their names", async () => {
  const facts = { a: { x: 1, y: [1, { p: 1, q: 2 }] }, b: 2 };
  const turned = { b: 2, a: { y: [1, { q: 2, p: 1 }], x: 1 } };
  const older = new Older(new Sink([kept(1), kept(2, { facts })]), ANY);
  assert.deepEqual(numbers(await older.more([{ ...kept(2, { facts: turned }), number: 2 }])), [1]);
});

test("a problem is said, and the next try goes on; another beginning is made where a cursor is gone", async () => {
  const sink = new Sink(upTo(20));
  const older = new Older(sink, ANY);
  const live = [row(19)];
  await older.more(live);
  sink.refusals = [new ApiError(503, "audit_unreadable", "It failed.")];
  assert.deepEqual(await older.more(live), []);
  assert.match(String(older.problem), /It failed/);
  assert.deepEqual(numbers(await older.more(live)), [16, 15, 14]);
  assert.equal(older.problem, null);
  sink.refusals = [new ApiError(410, "cursor_gone", "It is gone.")];
  await older.more(live);
  assert.match(String(older.problem), /It is gone/);
  assert.deepEqual(numbers(await older.more(live)), [13, 12], "the one that began is there already");
  assert.equal(sink.asked.at(-1)?.["until"], "14");
});

test("an earlier request that is under way is waited for, but not for ever", async () => {
  const busy = new ApiError(429, "busy", "Another one is under way.");
  const sink = new Sink(upTo(5));
  sink.refusals = [busy, busy];
  const older = new Older(sink, ANY);
  assert.deepEqual(numbers(await older.more([row(4)])), [3, 2]);
  assert.equal(sink.pauses, 2);
  sink.refusals = Array.from({ length: 100 }, () => busy);
  await older.more([row(4)]);
  assert.equal(older.problem, busy);
});

test("so many are kept and no more", async () => {
  const older = new Older(new Sink(upTo(MOST_OLDER + 500), () => MOST_OLDER), ANY);
  await older.more([row(MOST_OLDER + 499)]);
  assert.equal(older.full, false);
  await older.more([row(MOST_OLDER + 499)]);
  assert.deepEqual([older.full, older.done], [true, true]);
  assert.deepEqual(await older.more([]), []);
});

test("nothing is lost or doubled while more happens than the page keeps", async () => {
  for (let seed = 1; seed <= 20; seed += 1) {
    const random = seeded(seed);
    const below = (most: number) => Math.floor(random() * most);
    const all: KeptRow[] = [];
    const sink = new Sink(all, () => 1 + below(2000));
    const older = new Older(sink, ANY);
    const listeners = new Map<string, (event: { data?: string }) => void>();
    const source = {
      readyState: 1, close: () => undefined,
      addEventListener: (type: string, act: (event: { data?: string }) => void) => void listeners.set(type, act),
    };
    const feed = new Feed({ source: () => source, status: async () => 200, later: () => undefined }, true);
    feed.onDrop = (dropped) => older.take(dropped);
    feed.start();
    let number = 0;
    const happen = (count: number) => {
      const events: AuditRow[] = [];
      // Several at the same moment, as where a clock is coarse.
      for (let left = count; left > 0; left -= 1) events.push({ ...kept(number, { time: Math.floor(number / 3) }), number: ++number });
      all.push(...events.map(({ number: _, ...one }) => one));
      listeners.get("audit")?.({ data: JSON.stringify({ events, missed: 0 }) });
    };
    // An earlier run of the server, of which the page has seen nothing.
    for (let n = 0; n < 3000; n += 1) all.push(kept(-3000 + n));
    happen(1 + below(4000));
    while (!older.done) {
      const looking = older.more(feed.audit);
      happen(below(1500));
      await looking;
      happen(below(1500));
    }
    const first = feed.audit[0]?.number ?? Infinity;
    const shown = [...older.rows.filter((one) => one.number < first), ...feed.audit];
    assert.deepEqual(shown.map((one) => one.facts["n"]), all.map((one) => one.facts["n"]), `seed ${seed}`);
    assert.equal(new Set(shown.map((one) => one.number)).size, shown.length);
  }
});

test("a hole in the list is filled from elsewhere, where that can be", () => {
  for (const elsewhere of [true, false]) {
    const listeners = new Map<string, (event: { data?: string }) => void>();
    const source = {
      readyState: 1, close: () => undefined,
      addEventListener: (type: string, act: (event: { data?: string }) => void) => void listeners.set(type, act),
    };
    const feed = new Feed({ source: () => source, status: async () => 200, later: () => undefined }, elsewhere);
    feed.start();
    const say = (events: AuditRow[], missed: number) => listeners.get("audit")?.({ data: JSON.stringify({ events, missed }) });
    say([row(5), row(6)], 4);
    assert.equal(feed.run, 0);
    say([row(9)], 2);
    assert.deepEqual(feed.audit.map((one) => one.number), elsewhere ? [9] : [5, 6, 9]);
    assert.equal(feed.run, elsewhere ? 1 : 0);
    say([row(1)], 0);
    assert.deepEqual([feed.audit.length, feed.run], [1, elsewhere ? 2 : 1]);
  }
});
