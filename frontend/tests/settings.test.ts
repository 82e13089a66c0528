import assert from "node:assert/strict";
import { test } from "node:test";
import { type KeyPress } from "../src/keys.ts";
import { Settings } from "../src/settings.ts";
import { matches, written } from "../src/shortcuts.ts";

class Kept extends Map<string, string> {
  getItem = (key: string) => this.get(key) ?? null;
  setItem = (key: string, value: string) => void this.set(key, value);
  removeItem = (key: string) => void this.delete(key);
}

test("what was chosen is kept, and only that", () => {
  const storage = new Kept();
  const settings = new Settings("here", storage);
  let told = 0;
  settings.whenChanged(() => (told += 1));
  settings.set("theme", "nord");
  settings.set("theme", "nord");
  settings.set("fontSize", 3);
  assert.deepEqual([told, storage.get("here")], [1, '{"theme":"nord"}']);
  assert.equal(new Settings("here", storage).all.theme, "nord");
  assert.equal(new Settings("elsewhere", storage).all.theme, "");
  settings.clear();
  assert.deepEqual([told, storage.size], [2, 0]);
});

test("what is stored may be anything, and a browser may let nothing be stored", () => {
  for (const stored of ["{", "null", "[]", '"x"', '{"theme":"none","fontSize":"9","fontFamily":7}']) {
    const storage = new Kept([["here", stored]]);
    assert.deepEqual(new Settings("here", storage).all, new Settings("here", null).all, stored);
  }
  const forbidden = new Settings("here", null);
  forbidden.set("fontSize", 20);
  assert.equal(forbidden.all.fontSize, 20);
});

test("another window's change arrives", () => {
  const storage = new Kept();
  const one = new Settings("here", storage);
  const other = new Settings("here", storage);
  one.set("theme", "dark");
  other.stored({ key: "something else" });
  assert.equal(other.all.theme, "");
  other.stored({ key: "here" });
  assert.equal(other.all.theme, "dark");
});

const press = (held: string, key: string, code: string): KeyPress => ({
  type: "keydown", key, code, ctrlKey: held.includes("C"), shiftKey: held.includes("S"),
  altKey: held.includes("A"), metaKey: held.includes("M"),
});

test("shortcuts are told by letter, or by place where a layout has other signs there", () => {
  assert.ok(matches(press("CS", "F", "KeyF"), "Mod+Shift+F", "other"));
  assert.ok(matches(press("CS", "А", "KeyF"), "Mod+Shift+F", "other"), "a Cyrillic layout");
  assert.ok(!matches(press("CS", "U", "KeyF"), "Mod+Shift+F", "other"), "Dvorak has its own F");
  assert.ok(matches(press("MS", "f", "KeyF"), "Mod+Shift+F", "mac"));
  assert.ok(!matches(press("CS", "F", "KeyF"), "Mod+Shift+F", "mac"));
  assert.ok(!matches(press("C", "f", "KeyF"), "Mod+Shift+F", "other"));
  assert.ok(matches(press("CS", ">", "Period"), "Mod+Shift+.", "other"));
  assert.ok(matches(press("CS", ":", "Period"), "Mod+Shift+.", "other"), "a German layout");
  assert.ok(matches(press("C", "F1", "F1"), "Ctrl+F1", "mac"));
  assert.ok(!matches({ ...press("C", "F1", "F1"), type: "keyup" }, "Ctrl+F1", "mac"));
});

test("shortcuts are written as the platform writes them", () => {
  assert.equal(written("Mod+Shift+F", "other"), "Ctrl+Shift+F");
  assert.equal(written("Mod+Shift+F", "mac"), "⇧⌘F");
  assert.equal(written("Mod+Shift+ArrowUp", "other"), "Ctrl+Shift+↑");
  assert.equal(written("Mod+,", "windows"), "Ctrl+,");
});
