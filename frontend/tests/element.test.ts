import assert from "node:assert/strict";
import { test } from "node:test";
import { ApiError } from "../src/api.ts";
import { noticeOf } from "../src/element/notice.ts";
import { TicketDoor } from "../src/element/tickets.ts";
import type { Status } from "../src/status.ts";

function door() {
  const wishes: { session?: string }[] = [];
  const opened: string[] = [];
  const source = async (wish: { session?: string }) => {
    wishes.push(wish);
    const token = wish.session === "mine" ? { token: "key" } : {};
    return { ticket: `t${wishes.length}`, ...token };
  };
  const open = (ticket: string) => {
    opened.push(ticket);
    return {} as WebSocket;
  };
  return { wishes, opened, door: new TicketDoor(source, open) };
}

test("each socket has a ticket of its own", async () => {
  const { door: way, wishes, opened } = door();
  await way.socket();
  await way.socket();
  assert.deepEqual(opened, ["t1", "t2"]);
  assert.deepEqual(wishes, [{}, {}]);
});

test("the ticket that came with a token is used, once", async () => {
  const { door: way, opened } = door();
  assert.equal(await way.token("mine"), "key");
  await way.socket();
  await way.socket();
  assert.deepEqual(opened, ["t1", "t2"]);
});

test("a session for which there is no token is none", async () => {
  const { door: way } = door();
  await assert.rejects(way.token("other"), (error) => error instanceof ApiError && error.status === 404);
});

test("every state that stops a terminal has a notice", () => {
  const ended = { kind: "ended", exitCode: 1, signal: null, message: "", at: null, known: true } as const;
  const states: Status[] = [
    ended, { ...ended, exitCode: null, signal: 9 }, { kind: "replaced" }, { kind: "missing" },
    { kind: "unshared" }, { kind: "login", gone: false }, { kind: "expired", message: "late" },
    { kind: "failed", message: "no" }, { kind: "refused", message: "" },
    { kind: "reconnecting", at: 2000, reason: "why", goingAway: false },
    { kind: "viewer", silent: false }, { kind: "live", silent: true },
  ];
  for (const status of states) assert.ok(noticeOf(status, 0)?.text, status.kind);
  assert.match(noticeOf(states.at(-3)!, 0)!.text, /why.*2 s/);
  assert.equal(noticeOf({ kind: "live", silent: false }, 0), null);
});
