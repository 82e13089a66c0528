import assert from "node:assert/strict";
import { test } from "node:test";
import { ANSWER_MS, Connection, OFFLINE_MS, OPENING_MS, QUIET_MS, SLOW_MS } from "../src/connection.ts";
import { FakeSocket, FakeTimers, utf8 } from "./fakes.ts";

function setup() {
  const socket = new FakeSocket();
  const timers = new FakeTimers();
  const log: string[] = [];
  const connection = new Connection(
    socket,
    {
      opened: () => log.push("opened"),
      text: (frame) => log.push(`text ${frame}`),
      bytes: (data) => log.push(`bytes ${data.length}`),
      silent: (yes) => log.push(`silent ${yes}`),
      closed: (code, opened) => log.push(`closed ${code} ${opened}`),
    },
    timers,
  );
  return { socket, timers, log, connection };
}

test("passes on what arrives, text and bytes apart", () => {
  const { socket, log } = setup();
  socket.open();
  socket.receive({ type: "pong" });
  socket.receive(new Uint8Array(3));
  socket.end(4409);
  assert.deepEqual(log, ["opened", 'text {"type":"pong"}', "bytes 3", "closed 4409 true"]);
});

test("asks after a silence, and gives up a link that does not answer", () => {
  const { socket, timers, log } = setup();
  socket.open();
  timers.advance(QUIET_MS);
  assert.equal(socket.messages("ping").length, 1);
  timers.advance(ANSWER_MS);
  assert.deepEqual(log, ["opened", "silent true", "closed 1006 true"]);
  assert.equal(socket.closed, true);
  assert.equal(timers.count, 0);
});

test("input that is not answered is soon told of, and then a link that is dead given up", () => {
  const { socket, timers, log, connection } = setup();
  socket.open();
  connection.sendBytes(utf8("a"));
  timers.advance(SLOW_MS - 1);
  connection.sendBytes(utf8("b"));
  assert.deepEqual(log, ["opened"]);
  timers.advance(1);
  assert.deepEqual(log, ["opened", "silent true"], "the first key counts");
  timers.advance(ANSWER_MS - SLOW_MS);
  assert.deepEqual(log, ["opened", "silent true", "closed 1006 true"]);
});

test("a late answer takes it back, and an answer in time says nothing", () => {
  const { socket, timers, log, connection } = setup();
  socket.open();
  connection.sendBytes(utf8("a"));
  timers.advance(SLOW_MS);
  socket.receive(new Uint8Array(1));
  assert.deepEqual(log, ["opened", "silent true", "silent false", "bytes 1"]);
  connection.sendBytes(utf8("b"));
  timers.advance(SLOW_MS - 1);
  socket.receive(new Uint8Array(1));
  timers.advance(QUIET_MS - 1);
  assert.deepEqual(log.slice(4), ["bytes 1"]);
});

test("where the browser says that there is no network, it is asked at once and given up soon", () => {
  const { socket, timers, log, connection } = setup();
  socket.open();
  connection.doubt();
  assert.equal(socket.messages("ping").length, 1);
  socket.receive({ type: "pong", id: 1 });
  timers.advance(OFFLINE_MS);
  assert.equal(log.includes("closed 1006 true"), false, "a server on this machine answers");
  connection.doubt();
  connection.sendBytes(utf8("a"));
  timers.advance(OFFLINE_MS);
  assert.equal(log.at(-1), "closed 1006 true");
});

test("anything that arrives is a sign of life", () => {
  const { socket, timers, log } = setup();
  socket.open();
  for (let round = 0; round < 5; round += 1) {
    timers.advance(QUIET_MS);
    socket.receive({ type: "pong", id: round });
  }
  assert.equal(log.some((line) => line.startsWith("closed")), false);
});

test("a connection that never opens is given up", () => {
  const { timers, log } = setup();
  timers.advance(OPENING_MS);
  assert.deepEqual(log, ["closed 1006 false"]);
});

test("is over exactly once, and silent afterwards", () => {
  const { socket, log, connection } = setup();
  socket.open();
  connection.drop();
  connection.drop();
  socket.end(1000);
  socket.receive({ type: "pong" });
  connection.send({ type: "close" });
  assert.deepEqual(log, ["opened", "closed 1006 true"]);
  assert.deepEqual(socket.sent, []);
});

test("the address follows the page's scheme, host and base", () => {
  const at = (protocol: string) => Connection.url("/t/", { protocol, host: "h:1" });
  assert.equal(at("https:"), "wss://h:1/t/ws");
  assert.equal(at("http:"), "ws://h:1/t/ws");
});
