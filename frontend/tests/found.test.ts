import assert from "node:assert/strict";
import { test } from "node:test";
import { found } from "../src/found.ts";
import { DE } from "../src/texts/de.ts";
import { EN } from "../src/texts/en.ts";
import { FR } from "../src/texts/fr.ts";

/** The labels of some commands in a language, as what was typed finds them. */
function labels({ keywords, ...texts }: typeof EN | typeof DE, text: string): string[] {
  const all = [
    ["commands", texts.commands], ["search", texts.search], ["larger", texts.larger], ["smaller", texts.smaller],
    ["full-screen", texts.fullScreen], ["settings", texts.settings], ["across", texts.splitAcross], ["close", texts.closePane],
    ["grant-7", texts.grantTo("bob")], ["end", texts.endSession], ["log-out", texts.logOut],
  ] as const;
  const words = keywords as Record<string, string>;
  return found(all.map(([id, label]) => ({ label, words: words[id] ?? "" })), text).map(({ label }) => label);
}

test("a command is found by other words for it, in each language", () => {
  for (const [word, label] of [
    ["theme", EN.settings], ["font", EN.larger], ["help", EN.commands], ["quit", EN.endSession], ["zoo", EN.smaller], ["find", EN.search],
  ] as const) assert.ok(labels(EN, word).includes(label), word);
  for (const [word, label] of [["hilfe", DE.commands], ["thema", DE.settings], ["ausloggen", DE.logOut]] as const) {
    assert.ok(labels(DE, word).includes(label), word);
  }
  for (const [word, label] of [["aide", FR.commands], ["theme", FR.settings], ["quitter", FR.endSession], ["plein ecran", FR.fullScreen]] as const) {
    assert.ok(labels(FR, word).includes(label), word);
  }
});

test("entire words go before beginnings, these before other words, and pieces of words come last", () => {
  assert.deepEqual(labels(EN, "let "), ["Let bob type", "Larger letters", "Smaller letters"]);
  assert.deepEqual(labels(EN, "letters"), ["Larger letters", "Smaller letters"]);
  const all = [["Blend", ""], ["Close", "end"], ["Ending", ""], ["End", ""]].map(([label = "", words = ""]) => ({ label, words }));
  assert.deepEqual(found(all, "END").map(({ label }) => label), ["End", "Ending", "Close", "Blend"]);
});

test("every word has to fit, and nothing typed leaves all as they are", () => {
  assert.deepEqual(labels(EN, "larger xyzzy"), []);
  assert.deepEqual(labels(EN, "zoom larger"), ["Larger letters"]);
  assert.equal(labels(EN, " ").length, 11);
  assert.equal(labels(EN, "")[0], EN.commands);
});

test("a command is found by parts of its name in any order", () => {
  const all = [{ label: "Save the output as text", words: "" }];
  for (const text of ["", "save", "TEXT sav", " output ", "utpu"]) assert.equal(found(all, text).length, 1, text);
  assert.deepEqual(found(all, "saved"), []);
});
