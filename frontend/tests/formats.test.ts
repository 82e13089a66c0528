import assert from "node:assert/strict";
import { test } from "node:test";
import { formatsOf, localeFor, widthOf } from "../src/texts/formats.ts";
import { DE } from "../src/texts/de.ts";
import { EN } from "../src/texts/en.ts";
import { FR } from "../src/texts/fr.ts";
import { unitsOf } from "../src/texts/units.ts";

test("a language is written as in the reader's region, and another one as its own", () => {
  assert.equal(localeFor("de", ["en-US", "de-AT"]), "de-AT");
  assert.equal(localeFor("en", ["en-GB", "en"]), "en-GB");
  assert.equal(localeFor("fr", ["en-US", "de-AT"]), "fr");
  assert.equal(localeFor("fr", ["frr-DE"]), "fr");
  assert.equal(localeFor("fr", []), "fr");
});

// Noon, so that it is the same day nearly everywhere.
const AT = Date.UTC(2026, 2, 4, 12, 5, 9);
/** Which kind of space it is says the browser. */
const spaced = (text: string) => text.replace(/[\u00a0\u202f]/g, " ");

test("numbers and moments go with the language, not with the browser", () => {
  const [de, fr] = [formatsOf("de"), formatsOf("fr")];
  assert.equal(de.day(AT), "04.03.26");
  assert.equal(fr.day(AT), "04/03/2026");
  assert.match(de.second(AT), /^04\.03\.2026, \d\d:\d\d:09$/);
  assert.match(fr.second(AT), /^4 mars 2026,? (à )?\d\d:\d\d:09$/);
  assert.match(de.time(AT), /^\d\d:\d\d:09$/);
  assert.match(fr.exact(AT), /^4 mars 2026.* (UTC|GMT|[A-Z]{3,4})/);
  assert.equal(de.number(1234567.5), "1.234.567,5");
  assert.equal(spaced(fr.number(1234567.5)), "1 234 567,5");
  assert.equal(de.tenths(1234.56), "1234,6");
  assert.ok(de.compare("Änne", "Bea") < 0);
  assert.ok(fr.compare("user 9", "user 10") < 0);
});

test("a column is wide enough for moments of any month", () => {
  assert.equal(widthOf((at) => "x".repeat(at.getMonth() === 8 ? 12 : 3)), "12ch");
  for (const language of ["de", "en", "fr"]) {
    const { second } = formatsOf(language);
    const width = Number.parseInt(widthOf(second), 10);
    assert.ok(width >= second(new Date(2026, 10, 27, 22, 44, 44)).length);
    assert.ok(width <= 27, "and not much wider");
  }
});

test("so do the sentences with them", () => {
  const at = new Date(AT);
  assert.match(DE.endedAt(at), /^\(04\.03\.2026, \d\d:05\)$/);
  assert.match(FR.endedAt(at), /^\(4 mars 2026,? (à )?\d\d:05\)$/);
  assert.match(EN.endedAt(at), /2026/);
  assert.equal(unitsOf("de").bytes(1536), "1,5 KiB");
  assert.equal(unitsOf("fr").bytes(1536), "1,5 Kio");
  assert.match(DE.skipped(12345), /^12\.345 /);
});
