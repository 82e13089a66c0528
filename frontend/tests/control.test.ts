/** One client: when it takes control, asks for it, and leaves it to others. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { ApiError } from "../src/api.ts";
import { clientWith, settle, SIZE } from "./clients.ts";
import { made, resumed, utf8 } from "./fakes.ts";

test("a reloaded page fetches a token and takes control", async () => {
  const { client, last } = clientWith("s9");
  client.start();
  await settle();
  last().open();
  assert.deepEqual(last().sent[0], {
    type: "resume", session: "s9", token: "fetched", offset: null, attempt: 1, control: "take",
    ...SIZE,
  });
});

test("never comes back by itself after it was replaced, but when the person says so", async () => {
  const { client, last, sockets, timers } = clientWith();
  client.start();
  await settle();
  last().open();
  last().receive(made());
  last().end(4409);
  assert.equal(client.status.kind, "replaced");
  client.nudge();
  client.wake();
  timers.advance(1e6);
  assert.equal(sockets.length, 1);
  client.takeControl();
  await settle();
  last().open();
  assert.equal(last().messages("resume")[0]?.control, "take");
});

test("a viewer is told so, and becomes the writer by a gesture", async () => {
  const { client, last } = clientWith();
  client.start();
  await settle();
  last().open();
  last().receive(made());
  last().receive({ type: "role", role: "viewer", lease: 2, input_limit: 65536 });
  assert.equal(client.status.kind, "viewer");
  client.session.reply(utf8("\x1b[0n"));
  client.session.type(utf8("x"));
  assert.equal(last().typed, "");
  client.takeControl();
  assert.equal(last().messages("request_control").length, 1, "on the connection that there is");
  last().receive({ type: "role", role: "writer", lease: 3, input_limit: 65536 });
  assert.equal(client.status.kind, "live");
  client.session.type(utf8("y"));
  assert.equal(last().typed, "y");
});

test("a gesture counts once: coming back by itself takes control from nobody", async () => {
  const { client, last, timers } = clientWith("s9");
  client.start();
  await settle();
  last().open();
  assert.equal(last().messages("resume")[0]?.control, "take");
  last().end(1006);
  timers.advance(500);
  last().open();
  assert.equal(last().messages("resume")[0]?.control, "keep");
});

test("what is refused without ending the connection is said, and nothing stops", async () => {
  const { client, last, said } = clientWith();
  client.start();
  await settle();
  last().open();
  last().receive(made());
  client.grantControl("gone");
  assert.deepEqual(last().messages("grant_control"), [{ type: "grant_control", client: "gone" }]);
  last().receive({ type: "error", code: "not_found", message: "not here" });
  assert.deepEqual(said, ["attached s1", "notice not_found"]);
  assert.equal(client.status.kind, "live");
});

test("a guest shows the share, comes back with the token it brought, and never asks for one", async () => {
  const { client, last, timers, world } = clientWith("s9", "secret");
  world.api.token = () => Promise.reject(new Error("a guest has no login"));
  client.start();
  await settle();
  last().open();
  const watch = { type: "watch", session: "s9", share: "secret", ...SIZE };
  assert.deepEqual(last().sent[0], watch);
  last().receive(resumed({ session: "s9", mode: "snapshot", role: "viewer", features: [] }));
  assert.equal(client.status.kind, "viewer");
  assert.equal(client.session.mayControl, false);
  last().end(1006);
  timers.advance(500);
  last().open();
  assert.equal(last().messages("resume")[0]?.token, "t2");
  last().end(4403);
  await settle();
  last().open();
  assert.deepEqual(last().sent[0], watch, "the token may be gone while the share is not");
  last().end(4404);
  assert.equal(client.status.kind, "unshared");
});

test("a guest whose share has ended with all others is not sent to the login", async () => {
  const { client, last, world } = clientWith("s9", "secret");
  world.api.me = () => Promise.reject(new ApiError(401, "unauthenticated", "no"));
  client.start();
  await settle();
  last().end(1006);
  await settle();
  assert.equal(client.status.kind, "unshared");
});
