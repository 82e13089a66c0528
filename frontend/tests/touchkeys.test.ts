import assert from "node:assert/strict";
import { test } from "node:test";
import { type Modifier, Sticky } from "../src/touchkeys.ts";

function pressed(...modifiers: Modifier[]): Sticky {
  const sticky = new Sticky();
  for (const modifier of modifiers) sticky.toggle(modifier);
  return sticky;
}

test("a modifier waits for one key, and is used up by it", () => {
  const sticky = pressed("ctrl");
  assert.equal(sticky.typed("c"), "\x03");
  assert.equal(sticky.ctrl, false);
  assert.equal(sticky.typed("c"), "c");
  sticky.toggle("alt");
  sticky.toggle("alt");
  assert.equal(sticky.typed("c"), "c", "pressed again, it is off");
});

test("control makes of a key what a keyboard makes of it", () => {
  const expected: Record<string, string> = {
    a: "\x01", Z: "\x1a", "[": "\x1b", "\\": "\x1c", "]": "\x1d", _: "\x1f", "@": "\0", " ": "\0",
    "?": "\x7f", "1": "1", "é": "é",
  };
  for (const [key, sent] of Object.entries(expected)) assert.equal(pressed("ctrl").typed(key), sent, key);
  assert.equal(pressed("alt").typed("b"), "\x1bb");
  assert.equal(pressed("ctrl", "alt").typed("b"), "\x1b\x02");
  assert.equal(pressed("ctrl").typed("cd"), "\x03d", "a phone may send a word at once");
});

test("keys with a name send what programs expect, in both modes of the arrows", () => {
  assert.equal(pressed().named("Esc", false), "\x1b");
  assert.equal(pressed().named("Tab", false), "\t");
  assert.equal(pressed().named("Up", false), "\x1b[A");
  assert.equal(pressed().named("Left", true), "\x1bOD");
  assert.equal(pressed("ctrl").named("Right", true), "\x1b[1;5C");
  assert.equal(pressed("alt").named("Down", false), "\x1b[1;3B");
  assert.equal(pressed("ctrl", "alt").named("Down", false), "\x1b[1;7B");
  assert.equal(pressed("alt").named("Tab", false), "\x1b\t");
});

test("function keys and those of places send what programs expect, modifiers included", () => {
  assert.equal(pressed().named("F1", true), "\x1bOP");
  assert.equal(pressed("ctrl").named("F4", false), "\x1b[1;5S");
  assert.equal(pressed().named("F5", false), "\x1b[15~");
  assert.equal(pressed("alt").named("F12", false), "\x1b[24;3~");
  assert.equal(pressed().named("Home", false), "\x1b[H");
  assert.equal(pressed().named("End", true), "\x1bOF");
  assert.equal(pressed("ctrl").named("PageUp", false), "\x1b[5;5~");
  assert.equal(pressed().named("Delete", false), "\x1b[3~");
});
