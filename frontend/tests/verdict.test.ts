import assert from "node:assert/strict";
import { test } from "node:test";
import type { ErrorMessage } from "../src/protocol.ts";
import { type Facts, judge } from "../src/verdict.ts";

const FACTS: Facts = { error: null, exit: null, hasSession: true, freshToken: false, guest: false, now: 1000 };

function kind(code: number, facts: Partial<Facts> = {}): string {
  const verdict = judge(code, { ...FACTS, ...facts });
  return verdict.then === "stop" ? verdict.status.kind : verdict.then;
}

const error = (code: string, more: Partial<ErrorMessage> = {}): ErrorMessage => ({
  type: "error", code, message: `about ${code}`, ...more,
});

test("every close code has its meaning", () => {
  const table: [number, string][] = [
    [1000, "ended"], [1001, "retry"], [1006, "retry"], [1008, "refused"], [1011, "retry"],
    [1013, "retry"], [4400, "refused"], [4401, "login"], [4403, "refused"], [4404, "token"],
    [4408, "retry"], [4409, "replaced"], [4410, "expired"], [1005, "retry"], [3333, "retry"],
  ];
  for (const [code, expected] of table) assert.equal(kind(code), expected, String(code));
});

test("an exit that was told wins over the way the connection ended", () => {
  const message = "Its owner ended this session.";
  const exit = { type: "exit" as const, exitCode: null, signal: 9, message, ended: 1790000300 };
  for (const code of [1000, 1006, 4408]) assert.equal(kind(code, { exit }), "ended");
  const verdict = judge(1000, { ...FACTS, exit });
  assert.deepEqual(verdict, {
    then: "stop",
    status: { kind: "ended", exitCode: null, signal: 9, message, at: new Date(1790000300000), known: true },
  });
});

test("a limit stops only a page that has no session, and says when to come back", () => {
  const limit = error("user_limit", { limit: 3, current: 3, retryAfter: 7 });
  assert.equal(kind(1013, { error: limit, hasSession: true }), "retry");
  const verdict = judge(1013, { ...FACTS, error: limit, hasSession: false });
  assert.deepEqual(verdict, {
    then: "stop",
    status: {
      kind: "limit", code: "user_limit", message: "about user_limit", limit: 3, current: 3,
      retryAt: 8000,
    },
  });
});

test("a refused token is renewed once", () => {
  assert.equal(kind(4404, { freshToken: true }), "missing");
  assert.equal(kind(4404, { hasSession: false }), "missing");
});

test("a program that cannot be started is said, a server that failed is tried again", () => {
  assert.equal(kind(1011, { error: error("spawn_failed"), hasSession: false }), "failed");
  assert.equal(kind(1011, { error: null }), "retry");
});

test("a guest shows the share again, once, where a token has gone stale", () => {
  for (const code of [4401, 4403, 4404]) {
    assert.equal(kind(code, { guest: true }), "token");
    assert.equal(kind(code, { guest: true, freshToken: true }), "unshared");
  }
  assert.equal(kind(1006, { guest: true }), "retry");
  assert.equal(kind(4409, { guest: true }), "replaced");
});
