import assert from "node:assert/strict";
import { test } from "node:test";
import { ApiError } from "../src/api.ts";
import type { FilesApi, TransferRow } from "../src/files/api.ts";
import { offerIn, visiblePath } from "../src/files/offer.ts";
import { PIECE, Transfers } from "../src/files/transfers.ts";

const pack = (value: unknown) => `tornterm-get;${Buffer.from(JSON.stringify(value)).toString("base64")}`;
const OFFER = { path: "/home/alice/grün.txt", size: 3, inode: 7 };

test("an offer is a path and two numbers, and anything else is none", () => {
  assert.deepEqual(offerIn(pack(OFFER)), OFFER);
  assert.deepEqual(offerIn(pack({ ...OFFER, url: "https://evil.example/" })), OFFER);
  for (const wrong of [
    { ...OFFER, path: "relative" },
    { ...OFFER, path: 1 },
    { ...OFFER, size: -1 },
    { ...OFFER, size: 1.5 },
    { ...OFFER, inode: "7" },
    {},
    null,
    [],
  ]) {
    assert.equal(offerIn(pack(wrong)), null, JSON.stringify(wrong));
  }
  for (const text of ["", "tornterm-get;", "tornterm-get;!!!", "other;e30=", `tornterm-get;${"A".repeat(20_000)}`]) {
    assert.equal(offerIn(text), null);
  }
});

test("a path shows what it is, whatever tricks are in it", () => {
  assert.equal(visiblePath("/a b/ü.txt"), "/a b/ü.txt");
  assert.equal(visiblePath("/a\u202etxt.exe\n\u0000"), "/a\\u{202e}txt.exe\\u{a}\\u{0}");
});

/** The server, with a disk of its own. */
class Server {
  bytes = 0;
  calls: string[] = [];
  /** What happens to the next requests for bytes: cut before or behind, or refused. */
  trouble: ("before" | "behind" | ApiError)[] = [];
  /** The same of the last request of an upload. */
  atTheEnd: ("before" | "behind" | ApiError)[] = [];
  rows: TransferRow[] = [];

  row(kind: "download" | "upload", name: string, size: number): TransferRow {
    return { id: "t", kind, name, path: `/home/ann/${name}`, size, done: this.bytes, finished: false, active: true, problem: null };
  }

  api(): FilesApi {
    const api: Partial<FilesApi> = {
      address: (session, { id }) => `/${session}/${id}`,
      all: async () => this.rows,
      download: async (_session, offer) => this.row("download", "grün.txt", offer.size),
      upload: async (_session, name, size) => this.row("upload", name, size),
      progress: async () => (this.calls.push("progress"), this.row("upload", "a", 0)),
      send: async (_session, _id, offset, bytes) => {
        const trouble = this.trouble.shift();
        if (trouble === "before") throw new TypeError("cut");
        if (trouble instanceof ApiError) throw trouble;
        assert.equal(offset, this.bytes);
        this.bytes += bytes.size;
        this.calls.push(`send ${bytes.size}`);
        if (trouble === "behind") throw new TypeError("cut");
        return this.bytes;
      },
      finish: async () => {
        const trouble = this.atTheEnd.shift();
        if (trouble instanceof ApiError) throw trouble;
        if (trouble) throw new TypeError("cut");
        return "/home/ann/a (1)";
      },
      giveUp: async () => void this.calls.push("giveUp"),
    };
    return api as FilesApi;
  }
}

function world(first: string | null = "s") {
  const server = new Server();
  const kept: string[] = [];
  const states: string[] = [];
  const now = { session: first };
  const transfers: Transfers = new Transfers({
    api: server.api(),
    session: () => now.session,
    keep: (address) => kept.push(address),
    changed: () => states.push(transfers.progress[0]?.state ?? ""),
    wait: async () => undefined,
    unreachable: "unreachable",
    gone: "gone",
  });
  return { server, kept, states, now, transfers };
}

test("an offer does nothing until a person says yes", async () => {
  const { server, kept, transfers } = world();
  transfers.offered(pack(OFFER));
  transfers.offered(pack(OFFER));
  assert.equal(transfers.offers.length, 1);
  assert.deepEqual([kept, server.calls], [[], []]);
  server.rows = [{ ...server.row("download", "grün.txt", 3), done: 3, finished: true }];
  await transfers.accept(transfers.offers[0]?.key ?? 0);
  assert.deepEqual(kept, ["/s/t"]);
  assert.equal(transfers.progress[0]?.state, "done");
  assert.equal(transfers.offers.length, 0);
});

test("many offers are no more than three questions, and none where nobody may accept", () => {
  const { transfers } = world();
  for (let n = 0; n < 100; n += 1) transfers.offered(pack({ ...OFFER, path: `/${n}` }));
  assert.deepEqual(transfers.offers.map(({ offer }) => offer.path), ["/97", "/98", "/99"]);
  const guest = world(null).transfers;
  guest.offered(pack(OFFER));
  assert.equal(guest.offers.length, 0);
  assert.equal(guest.drop([new File(["x"], "a")]), false);
});

test("an upload goes on over cuts, wherever they come, and no byte goes twice", async () => {
  const { server, transfers } = world();
  const file = new File([new Uint8Array(3 * PIECE + 5)], "a");
  server.trouble = ["before", "behind", "before"];
  assert.equal(transfers.drop([file]), true);
  assert.deepEqual(server.calls, [], "not before a person says yes");
  await transfers.upload();
  assert.equal(server.bytes, file.size);
  const [shown] = transfers.progress;
  assert.deepEqual([shown?.state, shown?.done, shown?.words], ["done", file.size, "/home/ann/a (1)"]);
});

test("what the server refuses is said, and not tried again", async () => {
  const { server, transfers } = world();
  server.trouble = [new ApiError(507, "no_space", "There is no room for it.")];
  transfers.drop([new File([new Uint8Array(5)], "a"), new File([new Uint8Array(5)], "b")]);
  await transfers.upload();
  assert.deepEqual(transfers.progress.map(({ state, words }) => [state, words]), [
    ["failed", "There is no room for it."],
    ["done", "/home/ann/a (1)"],
  ]);
});

test("an upload whose end was cut off has ended all the same", async () => {
  const { server, states, transfers } = world();
  server.atTheEnd = ["behind", new ApiError(503, "", "a proxy's"), "before"];
  transfers.drop([new File([new Uint8Array(5)], "a")]);
  await transfers.upload();
  assert.equal(transfers.progress[0]?.state, "done");
  assert.ok(states.includes("waiting"));
  assert.deepEqual(server.calls, ["send 5"]);
});

test("nothing is left of an upload that the server refuses", async () => {
  const { server, transfers } = world();
  server.trouble = [new ApiError(507, "no_space", "There is no room for it.")];
  transfers.drop([new File([new Uint8Array(5)], "a")]);
  await transfers.upload();
  assert.deepEqual(server.calls, ["giveUp"]);
});

test("what is cancelled before the server has answered does not begin", async () => {
  const { server, kept, transfers } = world();
  transfers.offered(pack(OFFER));
  const accepted = transfers.accept(transfers.offers[0]?.key ?? 0);
  transfers.progress[0]?.stop();
  await accepted;
  assert.deepEqual([kept, server.calls], [[], ["giveUp"]]);
  transfers.drop([new File(["x"], "a")]);
  const uploaded = transfers.upload();
  transfers.progress.at(-1)?.stop();
  await uploaded;
  assert.deepEqual(server.calls, ["giveUp", "giveUp"]);
});

test("a yes while the connection is lost is answered", async () => {
  const { now, transfers } = world();
  transfers.offered(pack(OFFER));
  transfers.drop([new File(["x"], "a")]);
  now.session = null;
  await transfers.accept(transfers.offers[0]?.key ?? 0);
  await transfers.upload();
  assert.deepEqual(transfers.progress.map(({ state, words }) => [state, words]), [
    ["failed", "unreachable"],
    ["failed", "unreachable"],
  ]);
});

test("a download says that it stands still, that it goes on, and why it has failed", async () => {
  const { server, states, transfers } = world();
  const row = server.row("download", "grün.txt", 3);
  const answers: (TransferRow[] | Error)[] = [
    [{ ...row, done: 1 }],
    [{ ...row, done: 1, active: false }],
    new TypeError("cut"),
    new ApiError(502, "", "a proxy's"),
    [{ ...row, done: 2 }],
    [{ ...row, done: 2, active: false, problem: { code: "file_changed", message: "The file has changed." } }],
  ];
  const seen: string[] = [];
  Object.defineProperty(server, "rows", {
    get: () => {
      seen.push(transfers.progress[0]?.state ?? "");
      const answer = answers.shift() ?? [];
      if (answer instanceof Error) throw answer;
      return answer;
    },
  });
  transfers.offered(pack(OFFER));
  await transfers.accept(transfers.offers[0]?.key ?? 0);
  assert.deepEqual(seen, ["going", "going", "waiting", "waiting", "waiting", "going"]);
  assert.deepEqual([transfers.progress[0]?.state, transfers.progress[0]?.words], ["failed", "The file has changed."]);
  assert.equal(states.at(-1), "failed");
});
