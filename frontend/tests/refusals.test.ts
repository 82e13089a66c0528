/** One client: what it makes of requests and upgrades that fail. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { ApiError } from "../src/api.ts";
import { clientWith, settle } from "./clients.ts";
import { FakeSocket, made } from "./fakes.ts";

test("a way to the server that has to be got first may fail like a request", async () => {
  const { client, world, last, timers } = clientWith();
  const kind = () => client.status.kind as string;
  const ways: (() => Promise<FakeSocket>)[] = [
    async () => Promise.reject(new TypeError("no network")),
    async () => Promise.reject(new ApiError(401, "", "")),
  ];
  const open = world.socket;
  world.socket = () => ways.shift()?.() ?? open();
  client.start();
  await settle();
  assert.equal(kind(), "reconnecting");
  timers.advance(10_000);
  await settle();
  assert.equal(kind(), "login");
  client.takeControl();
  await settle();
  last().open();
  last().receive(made());
  assert.equal(kind(), "live");
});

test("what the token request says decides what the page says", async () => {
  for (const [status, kind] of [[401, "login"], [404, "missing"], [403, "refused"], [500, "reconnecting"]]) {
    const { client, world, sockets } = clientWith("s9");
    world.api.token = () => Promise.reject(new ApiError(Number(status), "x", "y"));
    client.start();
    await settle();
    assert.equal(client.status.kind, kind);
    assert.equal(sockets.length, 0);
  }
});

test("after a refused upgrade it asks why", async () => {
  const { client, last, world, timers } = clientWith();
  client.start();
  await settle();
  last().end(1006);
  await settle();
  assert.equal(client.status.kind, "reconnecting");
  timers.advance(500);
  last().end(1006);
  await settle();
  assert.match(client.status.kind === "reconnecting" ? client.status.reason : "", /WebSockets/);
  world.api.me = () => Promise.reject(new ApiError(429, "busy", "Too much.", 30));
  timers.advance(1000);
  last().end(1006);
  await settle();
  assert.deepEqual(client.status, {
    kind: "reconnecting",
    at: timers.now + 30_000,
    reason: "Too much.",
    goingAway: false,
  });
  world.api.me = () => Promise.reject(new ApiError(401, "unauthenticated", "no"));
  timers.advance(30_000);
  last().end(1006);
  await settle();
  assert.equal(client.status.kind, "login");
});

for (const status of [403, 421]) {
  test(`an upgrade that only an operator can help is not tried again: ${status}`, async () => {
    const { client, last, world, timers, sockets } = clientWith();
    world.api.me = () => Promise.reject(new ApiError(status, "forbidden", "Not from there."));
    client.start();
    await settle();
    last().end(1006);
    await settle();
    assert.deepEqual(client.status, { kind: "refused", message: "Not from there." });
    timers.advance(60_000);
    assert.equal(sockets.length, 1);
  });
}

test("a token that has gone stale is renewed once", async () => {
  const { client, last, sockets } = clientWith();
  client.start();
  await settle();
  last().open();
  last().receive(made());
  last().end(4404);
  await settle();
  last().open();
  assert.equal(last().messages("resume")[0]?.token, "fetched");
  last().end(4404);
  await settle();
  assert.equal(client.status.kind, "missing");
  assert.equal(sockets.length, 2);
});
