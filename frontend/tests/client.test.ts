/** One client: it opens a session, loses the way to it and comes back. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { OFFLINE_MS, SLOW_MS } from "../src/connection.ts";
import { TEXT } from "../src/text.ts";
import { clientWith, settle, SIZE } from "./clients.ts";
import { FakeSocket, made, resumed, utf8 } from "./fakes.ts";

test("opens a session, and is live", async () => {
  const { client, last, said } = clientWith();
  client.start();
  assert.equal(client.status.kind, "connecting");
  await settle();
  last().open();
  assert.deepEqual(last().sent[0], { type: "open", request: "wish", attempt: 1, ...SIZE });
  last().receive(made());
  assert.equal(client.status.kind, "live");
  assert.deepEqual(said, ["attached s1"]);
  assert.deepEqual(last().messages("resize"), [{ type: "resize", ...SIZE }], "told 80x24, wished 90x30");
});

test("what is stopped neither comes back nor leaves a socket open", async () => {
  const { client, world, sockets, timers } = clientWith();
  const late = new FakeSocket();
  world.socket = async () => late;
  client.start();
  client.stop();
  await settle();
  assert.equal(late.closed, true);
  timers.advance(100_000);
  await settle();
  assert.equal(sockets.length, 0);
});

test("a lost answer is asked for again with the same wish and a higher attempt", async () => {
  const { client, last, timers } = clientWith();
  client.start();
  await settle();
  last().open();
  last().end(1006);
  assert.equal(client.status.kind, "reconnecting");
  timers.advance(500);
  last().open();
  assert.deepEqual(last().sent[0], { type: "open", request: "wish", attempt: 2, ...SIZE });
});

test("comes back by itself with token, client and offset, and never takes control doing so", async () => {
  const { client, last, timers } = clientWith();
  client.start();
  await settle();
  last().open();
  last().receive(made());
  last().receive(utf8("12345"));
  last().end(1006);
  client.session.type(utf8("kept"));
  timers.advance(500);
  last().open();
  assert.deepEqual(last().sent[0], {
    type: "resume", session: "s1", token: "t1", offset: 5, client: "c1", attempt: 2,
    control: "keep", ...SIZE,
  });
  last().receive(resumed({ offset: 5 }));
  assert.equal(last().typed, "kept");
  assert.equal(client.status.kind, "live");
});

test("says that nothing answers while the connection seems to stand, and what is on its way", async () => {
  const { client, last, timers, world } = clientWith();
  const reason = () => ("reason" in client.status ? client.status.reason : "");
  client.start();
  await settle();
  last().open();
  last().receive(made());
  last().receive({ type: "input_ack", offset: 0, limit: 65536, refused: 0 });
  client.session.type(utf8("lost?"));
  timers.advance(SLOW_MS);
  assert.deepEqual(client.status, { kind: "live", silent: true });
  assert.equal(client.session.input.waiting, 0, "all of it was sent");
  assert.equal(client.session.input.unanswered, 5);
  last().receive({ type: "input_ack", offset: 5, limit: 65536, refused: 0 });
  assert.deepEqual(client.status, { kind: "live", silent: false });
  assert.equal(client.session.input.unanswered, 0);
  world.online = () => false;
  client.doubt();
  timers.advance(OFFLINE_MS);
  assert.equal(reason(), TEXT.offline);
});

test("waits longer each time, at once when asked, and anew after a success", async () => {
  const { client, last, sockets, timers } = clientWith();
  client.start();
  await settle();
  for (const wait of [500, 1000, 2000]) {
    last().open();
    last().end(1006);
    const before = sockets.length;
    timers.advance(wait - 1);
    assert.equal(sockets.length, before);
    timers.advance(1);
    assert.equal(sockets.length, before + 1);
  }
  last().open();
  last().end(1006);
  const before = sockets.length;
  client.nudge();
  assert.equal(sockets.length, before + 1, "the browser says it is online");
  last().open();
  last().receive(made());
  last().end(1006);
  timers.advance(500);
  assert.equal(sockets.length, before + 2);
});

test("an answer at the wrong place is taken for broken: the next resume asks for a fresh screen", async () => {
  const { client, last, timers } = clientWith();
  client.start();
  await settle();
  last().open();
  last().receive(made());
  last().receive(utf8("12345"));
  last().end(1006);
  timers.advance(500);
  last().open();
  last().receive(resumed({ offset: 4 }));
  timers.advance(1000);
  last().open();
  assert.equal(last().messages("resume")[0]?.offset, null);
});

test("a page that is put away lets go, and comes back when it is shown again", async () => {
  const { client, sockets, last, timers } = clientWith();
  client.start();
  await settle();
  last().open();
  last().receive(made());
  client.suspend();
  assert.equal(last().closed, true);
  timers.advance(1e6);
  assert.equal(sockets.length, 1);
  client.wake();
  assert.equal(sockets.length, 2);
});

test("what is missing and what the server has to say reach the person", async () => {
  const { client, last, said } = clientWith("s1");
  client.start();
  await settle();
  last().open();
  last().receive(resumed({ mode: "snapshot", offset: 9, skipped: 4 }));
  last().receive({ type: "notice", code: "idle", message: "soon" });
  assert.deepEqual(said, ["attached s1", "skipped 4", "notice idle"]);
});
