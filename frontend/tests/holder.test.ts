/** Who has control: said by name where it is another person. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { noticeOf } from "../src/element/notice.ts";
import { holderOf } from "../src/holder.ts";
import type { Member } from "../src/protocol.ts";
import { use } from "../src/text.ts";
import { DE } from "../src/texts/de.ts";
import { EN } from "../src/texts/en.ts";
import { FR } from "../src/texts/fr.ts";

const ME: Member = { client: "me", user: "ann", role: "viewer" };
const TABLET: Member = { client: "tablet", user: "ann", role: "writer" };
const GUEST: Member = { client: "other", user: "Guest", role: "writer" };

test("another person has a name, another place of one's own has none", () => {
  assert.equal(holderOf([ME, GUEST], "me"), "Guest has control of this terminal.");
  for (const members of [[ME, TABLET], [ME], [], [GUEST]]) {
    assert.equal(holderOf(members, "me"), "Another tab or device has control of this terminal.");
  }
});

test("the name is said in each language, by the element, too", () => {
  const said = [DE, FR, EN].map((texts) => {
    use(texts, {});
    return noticeOf({ kind: "viewer", silent: false }, 0, holderOf([GUEST, ME], "me"))?.text;
  });
  assert.deepEqual(said, [
    "Guest steuert dieses Terminal.", "Guest contrôle ce terminal.", "Guest has control of this terminal.",
  ]);
});
