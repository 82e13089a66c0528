import assert from "node:assert/strict";
import { test } from "node:test";
import { sayNotice, stillSo } from "../src/element/notice.ts";
import { isOver, isStanding, takesPlace } from "../src/standing.ts";

test("what says that something is over takes the place of what said that it is so", () => {
  for (const [over, so] of [["unwatched", "watched"], ["going_on", "waiting"], ["screen_whole", "screen"]] as const) {
    assert.ok(takesPlace(over, so));
    assert.ok(isOver(over) && !isOver(so));
    assert.ok(isStanding(so) && !isStanding(over));
  }
  assert.ok(takesPlace("watched", "watched"), "by somebody else, too");
  assert.ok(!takesPlace("unwatched", "waiting"));
  assert.ok(!takesPlace("unwatched", undefined));
});

test("after a cut only what is said again counts", () => {
  assert.equal(stillSo(sayNotice("An administrator watches.", "watched")), null);
  const copied = sayNotice("Something else.");
  assert.equal(stillSo(copied), copied);
});
