import assert from "node:assert/strict";
import { test } from "node:test";
import { change } from "../src/composing.ts";

test("a text becomes another one by what is typed at its end", () => {
  assert.equal(change("", "echo"), "echo");
  assert.equal(change("echo", "echo "), " ");
  assert.equal(change("echo", "ech"), "\x7f");
  assert.equal(change("teh", "the"), "\x7f\x7fhe");
  assert.equal(change("a👍", "a👎"), "\x7f👎", "a sign is deleted as a whole");
  assert.equal(change("ls", "ls\n"), "\r");
  assert.equal(change("same", "same"), "");
});
