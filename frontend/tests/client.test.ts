import assert from "node:assert/strict";
import { test } from "node:test";
import { ApiError } from "../src/api.ts";
import { OFFLINE_MS, SLOW_MS } from "../src/connection.ts";
import { Client } from "../src/client.ts";
import { TEXT } from "../src/text.ts";
import { FakeScreen, FakeSocket, FakeTimers, made, resumed, utf8 } from "./fakes.ts";

const SIZE = { cols: 90, rows: 30 };

function setup(id: string | null = null, share: string | null = null) {
  const sockets: FakeSocket[] = [];
  const timers = new FakeTimers();
  const said: string[] = [];
  const world = {
    api: {
      token: async (): Promise<string> => "fetched",
      me: async (): Promise<void> => undefined,
    },
    socket: (): FakeSocket | Promise<FakeSocket> => {
      const socket = new FakeSocket();
      sockets.push(socket);
      return socket;
    },
    timers,
    now: () => timers.now,
    random: () => 1,
    online: () => true,
  };
  const events = {
    changed: () => undefined,
    attached: (session: string) => said.push(`attached ${session}`),
    skipped: (bytes: number) => said.push(`skipped ${bytes}`),
    notice: (code: string) => said.push(`notice ${code}`),
  };
  const client = new Client(new FakeScreen(true), world, events, SIZE, "wish", id, share);
  return { client, sockets, timers, said, world, last: () => sockets.at(-1)! };
}

/** Let promises that are already settled go on. */
const settle = () => new Promise((resolve) => setImmediate(resolve));

test("opens a session, and is live", async () => {
  const { client, last, said } = setup();
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

test("a way to the server that has to be got first may fail like a request", async () => {
  const { client, world, last, timers } = setup();
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

test("what is stopped neither comes back nor leaves a socket open", async () => {
  const { client, world, sockets, timers } = setup();
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
  const { client, last, timers } = setup();
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
  const { client, last, timers } = setup();
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
  const { client, last, timers, world } = setup();
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

test("a reloaded page fetches a token and takes control", async () => {
  const { client, last } = setup("s9");
  client.start();
  await settle();
  last().open();
  assert.deepEqual(last().sent[0], {
    type: "resume", session: "s9", token: "fetched", offset: null, attempt: 1, control: "take",
    ...SIZE,
  });
});

test("what the token request says decides what the page says", async () => {
  for (const [status, kind] of [[401, "login"], [404, "missing"], [403, "refused"], [500, "reconnecting"]]) {
    const { client, world, sockets } = setup("s9");
    world.api.token = () => Promise.reject(new ApiError(Number(status), "x", "y"));
    client.start();
    await settle();
    assert.equal(client.status.kind, kind);
    assert.equal(sockets.length, 0);
  }
});

test("waits longer each time, at once when asked, and anew after a success", async () => {
  const { client, last, sockets, timers } = setup();
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

test("never comes back by itself after it was replaced, but when the person says so", async () => {
  const { client, last, sockets, timers } = setup();
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
  const { client, last } = setup();
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
  const { client, last, timers } = setup("s9");
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
  const { client, last, said } = setup();
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
  const { client, last, timers, world } = setup("s9", "secret");
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
  const { client, last, world } = setup("s9", "secret");
  world.api.me = () => Promise.reject(new ApiError(401, "unauthenticated", "no"));
  client.start();
  await settle();
  last().end(1006);
  await settle();
  assert.equal(client.status.kind, "unshared");
});

test("after a refused upgrade it asks why", async () => {
  const { client, last, world, timers } = setup();
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
    const { client, last, world, timers, sockets } = setup();
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
  const { client, last, sockets } = setup();
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

test("an answer at the wrong place is taken for broken: the next resume asks for a fresh screen", async () => {
  const { client, last, timers } = setup();
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
  const { client, sockets, last, timers } = setup();
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
  const { client, last, said } = setup("s1");
  client.start();
  await settle();
  last().open();
  last().receive(resumed({ mode: "snapshot", offset: 9, skipped: 4 }));
  last().receive({ type: "notice", code: "idle", message: "soon" });
  assert.deepEqual(said, ["attached s1", "skipped 4", "notice idle"]);
});
