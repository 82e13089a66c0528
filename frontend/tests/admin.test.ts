import assert from "node:assert/strict";
import { test } from "node:test";
import { endAll } from "../src/admin/bulk.tsx";
import { roundUp } from "../src/admin/chart.tsx";
import { ApiError } from "../src/api.ts";
import type { SessionRow } from "../src/admin/data.ts";
import { Feed, type SourceLike } from "../src/admin/feed.ts";
import { type Column, find, inSight, reordered, sort } from "../src/admin/rows.ts";
import { unitsOf } from "../src/texts/units.ts";

const { brief: duration, bytes } = unitsOf("en");

class Source implements SourceLike {
  readyState = 0;
  private readonly listeners = new Map<string, (event: { data?: string }) => void>();

  constructor(readonly known: number) {}

  addEventListener(type: string, listener: (event: { data?: string }) => void): void {
    this.listeners.set(type, listener);
  }

  close(): void {
    this.readyState = 2;
  }

  say(type: string, data: object = {}): void {
    this.listeners.get(type)?.({ data: JSON.stringify(data) });
  }
}

function world(status = 0) {
  const sources: Source[] = [];
  const waiting: (() => void)[] = [];
  const feed = new Feed({
    source: (known) => {
      sources.push(new Source(known));
      return sources.at(-1) as Source;
    },
    status: () => Promise.resolve(status),
    later: (run) => waiting.push(run),
  });
  feed.start();
  return { feed, sources, waiting, source: sources[0] as Source };
}

const row = (id: string, values: Partial<SessionRow> = {}) => ({ id, title: "", user: "alice", ...values });

test("a table follows rows that come, change and go", () => {
  const { feed, source } = world();
  source.say("open");
  assert.equal(feed.connection, "live");
  source.say("sessions", { reset: true, rows: [row("a"), row("b")], gone: [], more: true });
  assert.equal(feed.loading, true);
  source.say("sessions", { reset: false, rows: [row("c"), row("a", { title: "x" })], gone: ["b"], more: false });
  assert.equal(feed.loading, false);
  assert.deepEqual([...feed.sessions.keys()], ["a", "c"]);
  assert.equal(feed.sessions.get("a")?.title, "x");
  source.say("sessions", { reset: true, rows: [row("d")], gone: [], more: false });
  assert.deepEqual([...feed.sessions.keys()], ["d"]);
});

test("audit events are counted on, and begin anew with the server", () => {
  const { feed, source } = world();
  const event = (number: number) => ({ number, event: "auth.ok", facts: {} });
  source.say("audit", { events: [event(5), event(6)], missed: 4 });
  source.say("audit", { events: [event(7)], missed: 0 });
  assert.deepEqual(feed.audit.map((one) => one.number), [5, 6, 7]);
  assert.equal(feed.missed, 4);
  source.say("audit", { events: [event(1)], missed: 0 });
  assert.deepEqual(feed.audit.map((one) => one.number), [1]);
});

test("a refused stream says why, and only trouble is tried again", async () => {
  for (const [status, connection] of [[401, "login"], [403, "refused"]] as const) {
    const { feed, source, waiting } = world(status);
    source.close();
    source.say("error");
    await Promise.resolve();
    await Promise.resolve();
    assert.equal(feed.connection, connection);
    assert.equal(waiting.length, 0);
  }
  const { feed, source, sources, waiting } = world(0);
  source.say("audit", { events: [{ number: 9, event: "auth.ok", facts: {} }], missed: 0 });
  source.say("error");
  assert.equal(feed.connection, "reconnecting");
  assert.equal(waiting.length, 0, "the browser tries again by itself");
  source.close();
  source.say("error");
  await Promise.resolve();
  await Promise.resolve();
  waiting.at(0)?.();
  assert.deepEqual(sources.map((one) => one.known), [0, 9]);
});

test("rows are found by all words, wherever they stand", () => {
  const rows = ["build alice", "tests bob", "Build bob"];
  assert.deepEqual(find(rows, "", (text) => text), rows);
  assert.deepEqual(find(rows, " BUILD  bo", (text) => text), ["Build bob"]);
  assert.deepEqual(find(rows, "nothing", (text) => text), []);
});

test("rows are sorted as people expect, and stay put where they are equal", () => {
  const columns: Column<[string, number]>[] = [
    { key: "name", label: "", value: (one) => one[0] },
    { key: "size", label: "", value: (one) => one[1], descending: true },
    { key: "other", label: "" },
  ];
  const rows: [string, number][] = [["b10", 1], ["B2", 2], ["a", 1]];
  const names = (order: { key: string; descending: boolean }) =>
    sort(rows, columns, order).map((one) => one[0]);
  assert.deepEqual(names({ key: "name", descending: false }), ["a", "B2", "b10"]);
  assert.deepEqual(names({ key: "size", descending: true }), ["B2", "b10", "a"]);
  assert.deepEqual(names({ key: "other", descending: true }), ["b10", "B2", "a"]);
  const first = reordered({ key: "name", descending: false }, columns[1] as Column<[string, number]>);
  assert.deepEqual(first, { key: "size", descending: true });
  assert.deepEqual(reordered(first, columns[1] as Column<[string, number]>).descending, false);
});

test("only rows in sight are drawn, with some beyond", () => {
  assert.deepEqual(inSight(0, 400, 40, 2000), [0, 18]);
  assert.deepEqual(inSight(40_000, 400, 40, 2000), [992, 1018]);
  assert.deepEqual(inSight(79_600, 400, 40, 2000), [1982, 2000]);
  assert.deepEqual(inSight(79_600, 400, 40, 3), [3, 3]);
  assert.deepEqual(inSight(0, 400, 40, 0), [0, 0]);
});

test("numbers are written as people read them", () => {
  assert.deepEqual([0, 1023, 1024, 10_240, 1_048_576].map(bytes), ["0 B", "1023 B", "1.0 KiB", "10.0 KiB", "1.0 MiB"]);
  assert.deepEqual([0, 59.4, 60, 3600, 5400, 172_800].map(duration), ["0 s", "59 s", "1 min", "1 h 0 min", "1 h 30 min", "2 days"]);
  assert.deepEqual([0, 0.3, 1, 1.1, 34, 600].map(roundUp), [1, 0.5, 1, 2, 50, 1000]);
});

test("several sessions end a few at a time, and those that could not be are named", async () => {
  let running = 0;
  let most = 0;
  const failed = await endAll(Array.from({ length: 30 }, (_, at) => `s${at}`), async (id) => {
    running += 1;
    most = Math.max(most, running);
    await Promise.resolve();
    running -= 1;
    if (id === "s3") throw new ApiError(404, "not_found", "gone by itself");
    if (id === "s7") throw new ApiError(403, "forbidden", "no");
  });
  assert.deepEqual(failed, ["s7"]);
  assert.equal(most, 8);
});
