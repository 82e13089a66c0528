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
  rows: TransferRow[] = [];

  row(kind: "download" | "upload", name: string, size: number): TransferRow {
    return { id: "t", kind, name, path: `/home/ann/${name}`, size, done: this.bytes, finished: false };
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
      finish: async () => "/home/ann/a (1)",
      giveUp: async () => void this.calls.push("giveUp"),
    };
    return api as FilesApi;
  }
}

function world(session: string | null = "s") {
  const server = new Server();
  const kept: string[] = [];
  const transfers = new Transfers({
    api: server.api(),
    session: () => session,
    keep: (address) => kept.push(address),
    changed: () => undefined,
    wait: async () => undefined,
    unreachable: "unreachable",
  });
  return { server, kept, transfers };
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
