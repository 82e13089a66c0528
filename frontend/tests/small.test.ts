import assert from "node:assert/strict";
import { test } from "node:test";
import { backoff, LONGEST_MS, SHORTEST_MS } from "../src/backoff.ts";
import { safeNext } from "../src/config.ts";
import { actionOf, type KeyPress, platformOf } from "../src/keys.ts";
import { encode, parse } from "../src/protocol.ts";
import { unitsOf } from "../src/texts/units.ts";

test("the back-off grows from half a second to ten, with jitter", () => {
  for (const random of [() => 0, () => 0.5, () => 0.999]) {
    const waits = [0, 1, 2, 3, 4, 5, 20, 1000].map((failures) => backoff(failures, random));
    assert.ok(waits.every((wait) => wait >= SHORTEST_MS && wait <= LONGEST_MS));
    assert.ok(waits.every((wait, at) => at === 0 || wait >= waits[at - 1]!));
  }
  assert.equal(backoff(1000, () => 1), LONGEST_MS);
  assert.notEqual(backoff(4, () => 0), backoff(4, () => 0.9));
});

test("messages are read, unknown types are passed over, anything else is an error", () => {
  assert.deepEqual(parse('{"type":"pong","id":4,"more":1}'), { type: "pong", id: 4, more: 1 });
  assert.equal(parse('{"type":"of tomorrow"}'), null);
  for (const bad of ["", "[]", "null", "7", '{"typ":"pong"}', "{"]) assert.throws(() => parse(bad));
  assert.equal(encode({ type: "ack", offset: 5 }), '{"type":"ack","offset":5}');
});

test("after a login only an address of our own is gone to", () => {
  const next = (value: unknown) => safeNext(value, "/t/", "https://here.example");
  assert.equal(next("/t/s/abc?x#y"), "/t/s/abc?x#y");
  for (const bad of [
    "https://evil.example/t/", "//evil.example/t/", "/\\evil.example/t/", "javascript:alert(1)",
    "/other", "t/s", "", null, 7, "/\t/evil.example", "/t/../other",
  ]) {
    assert.equal(next(bad), "/t/", String(bad));
  }
});

test("durations are said as people say them", () => {
  const { duration } = unitsOf("en");
  assert.equal(duration(0.2), "1 second");
  assert.equal(duration(89), "89 seconds");
  assert.equal(duration(91), "2 minutes");
  assert.equal(duration(3600), "60 minutes");
  assert.equal(duration(7200), "2 hours");
});

const press = (keys: string): KeyPress => {
  const parts = keys.split("-");
  const key = parts.pop()!;
  return {
    type: "keydown", key, code: key.length === 1 ? `Key${key.toUpperCase()}` : key,
    ctrlKey: parts.includes("C"), shiftKey: parts.includes("S"), altKey: parts.includes("A"),
    metaKey: parts.includes("M"),
  };
};

test("the clipboard keys are those of the platform, and all others are the terminal's", () => {
  const table: [string, "mac" | "windows" | "other", boolean, string][] = [
    ["C-S-C", "other", true, "copy"],
    ["C-S-V", "other", false, "browser"],
    ["C-c", "other", true, "terminal"],
    ["C-v", "other", false, "terminal"],
    ["C-Insert", "other", true, "copy"],
    ["S-Insert", "other", false, "browser"],
    ["C-c", "windows", true, "copy-and-clear"],
    ["C-c", "windows", false, "terminal"],
    ["C-v", "windows", false, "browser"],
    ["C-A-v", "windows", false, "terminal"],
    ["C-S-C", "windows", true, "copy"],
    ["M-c", "mac", true, "copy"],
    ["M-v", "mac", false, "browser"],
    ["C-c", "mac", true, "terminal"],
    ["C-v", "mac", false, "terminal"],
    ["C-F6", "other", false, "leave"],
    ["x", "other", true, "terminal"],
  ];
  for (const [keys, platform, selected, action] of table) {
    assert.equal(actionOf(press(keys), platform, selected), action, `${keys} on ${platform}`);
  }
  const released = { ...press("C-S-C"), type: "keyup" };
  assert.equal(actionOf(released, "other", true), "terminal");
  const cyrillic = { ...press("C-S-C"), key: "\u0421" };
  assert.equal(actionOf(cyrillic, "other", true), "copy", "by position on other layouts");
});

test("platforms are told apart", () => {
  assert.deepEqual(["MacIntel", "iPhone", "Win32", "Linux x86_64"].map(platformOf), [
    "mac", "mac", "windows", "other",
  ]);
});
