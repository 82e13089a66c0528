import assert from "node:assert/strict";
import { test } from "node:test";
import { DE as ADMIN_DE } from "../src/admin/texts/de.ts";
import { EN as ADMIN_EN } from "../src/admin/texts/en.ts";
import { FR as ADMIN_FR } from "../src/admin/texts/fr.ts";
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

for (const [page, english, others] of [
  // These take a name and cut it.
  ["terminal's", { ...EN, sessionFallback: String }, [DE, FR].map((one) => ({ ...one, sessionFallback: String }))],
  ["administration", ADMIN_EN, [ADMIN_DE, ADMIN_FR]],
] as [string, Catalogue, Catalogue[]][]) {
  test(`every language says everything of the ${page} page, and in its own words`, () => {
    const known = said(english);
    for (const catalogue of others) {
      const own = said(catalogue);
      assert.deepEqual([...own.keys()].sort(), [...known.keys()].sort());
      for (const [name, text] of own) assert.ok(!/undefined|NaN/.test(text), name);
      for (const [name, text] of own) assert.ok(text.trim() || !known.get(name)?.trim(), name);
      const same = [...own].filter(([name, text]) => known.get(name) === text);
      assert.ok(same.length < own.size / 8, `not translated: ${same.map(([name]) => name)}`);
    }
  });
}
