import assert from "node:assert/strict";
import { test } from "node:test";
import { languageAmong } from "../src/text.ts";
import { DE } from "../src/texts/de.ts";
import { EN } from "../src/texts/en.ts";
import { FR } from "../src/texts/fr.ts";

test("the first language that there is a catalogue for is spoken, else English", () => {
  assert.equal(languageAmong(["pt-BR", "de-AT", "en"]), "de");
  assert.equal(languageAmong(["FR"]), "fr");
  assert.equal(languageAmong(["toString", "ja"]), "en");
  assert.equal(languageAmong([]), "en");
});

type Catalogue = Record<string, unknown>;

/** Everything that a catalogue says, with the same numbers and names put into its sentences. */
function said(catalogue: Catalogue): Map<string, string> {
  const all = new Map<string, string>();
  for (const [name, value] of Object.entries(catalogue)) {
    if (typeof value === "string") all.set(name, value);
    else if (typeof value === "function") {
      for (const one of [0, 1, 7, 7000]) all.set(`${name}(${one})`, String(value(one, 3, 100)));
    } else for (const [key, inner] of said(value as Catalogue)) all.set(`${name}.${key}`, inner);
  }
  return all;
}

test("every language says everything, and in its own words", () => {
  // These take a name and cut it.
  const english = said({ ...EN, sessionFallback: String } as Catalogue);
  for (const catalogue of [DE, FR]) {
    const own = said({ ...catalogue, sessionFallback: String } as Catalogue);
    assert.deepEqual([...own.keys()].sort(), [...english.keys()].sort());
    for (const [name, text] of own) assert.ok(text.trim() && !/undefined|NaN/.test(text), name);
    const same = [...own].filter(([name, text]) => english.get(name) === text);
    assert.ok(same.length < own.size / 8, `not translated: ${same.map(([name]) => name)}`);
  }
});
