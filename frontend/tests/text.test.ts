import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { DE as ADMIN_DE } from "../src/admin/texts/de.ts";
import { EN as ADMIN_EN } from "../src/admin/texts/en.ts";
import { FR as ADMIN_FR } from "../src/admin/texts/fr.ts";
import { tellBy, told } from "../src/codes.ts";
import { languageAmong } from "../src/text.ts";
import { DE } from "../src/texts/de.ts";
import { DE as DE_CODES } from "../src/texts/codes/de.ts";
import { FR as FR_CODES } from "../src/texts/codes/fr.ts";
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

test("what the server says is said in every language, by every code that is documented", () => {
  const protocol = readFileSync("../docs/protocol.md", "utf8");
  const [, errors = ""] = protocol.split("### 9.2 Error codes");
  const documented = [...(errors.split("###")[0] ?? "").matchAll(/^\| `(\w+)` \| \d/gm)].map(([, code]) => code ?? "");
  assert.ok(documented.length > 15);
  assert.deepEqual(Object.keys(DE_CODES), Object.keys(FR_CODES));
  const [, notices = ""] = protocol.split("### 9.3 Notice codes");
  const named = [...(notices.split("##")[0] ?? "").matchAll(/^\| `(\w+)` \|/gm)].map(([, code]) => code ?? "").slice(1);
  assert.ok(named.length > 5);
  const [, endings = ""] = protocol.split("### 9.4 Codes of who ended a session");
  const enders = [...(endings.split("##")[0] ?? "").matchAll(/^\| `(ended_by_\w+)` \|/gm)].map(([, code]) => code ?? "");
  assert.equal(enders.length, 4);
  for (const code of [...documented, ...named, ...enders]) assert.ok(code in DE_CODES, code);
});

test("what a code does not say is taken over from the server, and what has no code is as it says it", () => {
  const started = "The program could not be started: /bin/none: No such file or directory.";
  assert.equal(told("spawn_failed", started), started);
  tellBy(DE_CODES);
  assert.equal(told("spawn_failed", started), "Das Programm konnte nicht gestartet werden: /bin/none: No such file or directory.");
  assert.equal(told("idle", "This session ends in 60 s because nobody types."), "Diese Sitzung endet in 60 s, weil niemand tippt.");
  const watched = "An administrator (Zoë (IT)) watches this session.";
  assert.ok(told("watched", watched).includes(" (Zoë (IT)), sieht"));
  assert.equal(told("of-a-plugin", "In its own words."), "In its own words.");
  assert.equal(told("toString", "No code."), "No code.");
  tellBy({});
});
