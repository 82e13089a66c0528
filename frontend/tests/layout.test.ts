import assert from "node:assert/strict";
import { test } from "node:test";
import {
  dividerOf, graft, isTree, moveDivider, neighbour, panesOf, place, relabel, splitPane, type Tree, withoutPane,
} from "../src/layout.ts";
import { Layouts } from "../src/layouts.ts";

/** a | b over c, with d below all of them. */
function example(): Tree {
  let tree: Tree = { pane: "a" };
  tree = splitPane(tree, "a", "d", false);
  tree = splitPane(tree, "a", "b", true);
  return splitPane(tree, "b", "c", false);
}

test("terminals that share a window fill it, whatever is split", () => {
  const { panes, dividers } = place(example());
  assert.deepEqual(panesOf(example()), ["a", "b", "c", "d"]);
  assert.deepEqual(panes.get("a"), { left: 0, top: 0, width: 0.5, height: 0.5 });
  assert.deepEqual(panes.get("c"), { left: 0.5, top: 0.25, width: 0.5, height: 0.25 });
  const area = [...panes.values()].reduce((sum, { width, height }) => sum + width * height, 0);
  assert.ok(Math.abs(area - 1) < 1e-9);
  assert.equal(dividers.length, 3);
});

test("one more in the same direction takes room from its neighbour alone", () => {
  let tree: Tree = splitPane({ pane: "a" }, "a", "b", true);
  tree = splitPane(tree, "b", "c", true);
  assert.ok("shares" in tree);
  assert.deepEqual([panesOf(tree), tree.shares], [["a", "b", "c"], [0.5, 0.25, 0.25]]);
});

test("several terminals can come to any side of another one", () => {
  const added = splitPane({ pane: "x" }, "x", "y", false);
  assert.deepEqual(panesOf(graft(example(), "c", added, "Left")), ["a", "b", "x", "y", "c", "d"]);
  assert.deepEqual(panesOf(graft(example(), "a", added, "Up")), ["x", "y", "a", "b", "c", "d"]);
  const { panes } = place(graft({ pane: "a" }, "a", added, "Left"));
  assert.deepEqual(panes.get("y"), { left: 0, top: 0.5, width: 0.5, height: 0.5 });
  assert.deepEqual(panes.get("a"), { left: 0.5, top: 0, width: 0.5, height: 1 });
});

test("what is taken out leaves its room to the others, and no split of one", () => {
  const tree = withoutPane(example(), "b");
  assert.ok(tree);
  assert.deepEqual(place(tree).panes.get("c"), { left: 0.5, top: 0, width: 0.5, height: 0.5 });
  const two = withoutPane(withoutPane(tree, "d")!, "a");
  assert.deepEqual(two, { pane: "c" });
  assert.equal(withoutPane(two!, "c"), null);
  assert.deepEqual(panesOf(relabel(example(), (name) => name.toUpperCase())!), ["A", "B", "C", "D"]);
});

test("a divider gives one side what it takes from the other, and leaves both in sight", () => {
  const tree = splitPane({ pane: "a" }, "a", "b", true);
  const width = (moved: Tree) => place(moved).panes.get("a")!.width;
  assert.ok(Math.abs(width(moveDivider(tree, [], 0, 0.2)) - 0.7) < 1e-9);
  assert.ok(Math.abs(width(moveDivider(tree, [], 0, 9)) - 0.92) < 1e-9);
  assert.ok(Math.abs(width(moveDivider(tree, [], 0, -9)) - 0.08) < 1e-9);
  const inner = moveDivider(example(), [0, 1], 0, 0.25);
  assert.ok(Math.abs(place(inner).panes.get("b")!.height - 0.375) < 1e-9);
});

test("the arrows find the neighbour, and the divider that makes a terminal wider", () => {
  const tree = example();
  assert.equal(neighbour(tree, "a", "Right"), "b");
  assert.equal(neighbour(tree, "c", "Up"), "b");
  assert.equal(neighbour(tree, "c", "Down"), "d");
  assert.equal(neighbour(tree, "d", "Down"), null);
  assert.equal(neighbour(tree, "a", "Left"), null);
  assert.equal(dividerOf(tree, "a", true)?.sign, 1);
  assert.equal(dividerOf(tree, "b", true)?.sign, -1);
  assert.equal(dividerOf({ pane: "a" }, "a", true), null);
});

class Kept extends Map<string, string> {
  getItem = (key: string) => this.get(key) ?? null;
  setItem = (key: string, value: string) => void this.set(key, value);
  removeItem = (key: string) => void this.delete(key);
}

test("a layout is found again by any of its sessions, and each session is in one", () => {
  const layouts = new Layouts("here", new Kept());
  layouts.keep([example()], []);
  layouts.keep([{ pane: "x" }, { pane: "y" }], []);
  assert.deepEqual(layouts.with("c"), [example()]);
  assert.equal(layouts.with("z"), null);
  layouts.keep([{ pane: "c" }, { pane: "x" }], []);
  assert.equal(layouts.with("a"), null);
  assert.equal(layouts.with("y"), null);
  layouts.keep([{ pane: "c" }], ["c", "x"]);
  assert.equal(layouts.with("x"), null, "one terminal alone is nothing to keep");
  for (let at = 0; at < 30; at += 1) layouts.keep([{ pane: `${at}` }, { pane: `${at}b` }], []);
  assert.equal(layouts.with("0"), null);
  assert.ok(layouts.with("29"));
});

test("what is stored may be anything", () => {
  const bad: unknown[] = [
    null, 7, [], {}, { pane: 7 }, { across: true, parts: [], shares: [] },
    { across: true, parts: [{ pane: "a" }, { pane: "b" }], shares: [0.5] },
    { across: true, parts: [{ pane: "a" }, {}], shares: [0.5, 0.5] },
    { across: true, parts: [{ pane: "a" }, { pane: "b" }], shares: [0.5, "x"] },
  ];
  for (const value of bad) {
    assert.ok(!isTree(value), JSON.stringify(value));
    const storage = new Kept([["here", JSON.stringify([[value]])]]);
    assert.equal(new Layouts("here", storage).with("a"), null);
  }
  assert.equal(new Layouts("here", new Kept([["here", "{"]])).with("a"), null);
  assert.ok(isTree(example()));
});
