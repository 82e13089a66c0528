/** What a person reads stands in a catalogue, and nowhere else in the sources of the page. */
import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { transformSync } from "esbuild";

/** Properties of elements that are read out or shown. */
const SHOWN = /(?:\b(?:children|title|placeholder|label|alt)|"aria-(?:label|description|roledescription|valuetext)"): (?:\[\s*)?("[^"\n]*"|`[^`]*`)/g;
/** Statements that show what they are given. */
const SAID = /\b(?:say|alert|confirm|prompt|notice|sayNotice)\(("[^"\n]*"|`[^`]*`)/g;
/** Words beside something else in an element. */
const BESIDE = /^\s*(" [^"\n]*"|"[^"\n]* "),?$/gm;
/** A sentence, wherever it stands: a word with a capital and another one. */
const SENTENCE = /(?<!Error\()("[^"\n]*\b[A-Z][a-z]+,? [a-z]+\b[^"\n]*"|`[^`$]*\b[A-Z][a-z]+,? [a-z]+\b[^`]*`)/g;

/** Signs that mean the same in every language. */
const NAMES = new Set(["Aa"]);

/** Literals of one source that a person would read. */
function readable(source: string): string[] {
  const { code } = transformSync(source, {
    loader: "tsx", jsx: "automatic", jsxImportSource: "preact", legalComments: "none", charset: "utf8",
  });
  const bare = code.replace(/\/\*[\s\S]*?\*\/|^\s*\/\/.*$/gm, "").replace(/^import .*$/gm, "");
  const found = [SHOWN, SAID, BESIDE, SENTENCE].flatMap((rule) => [...bare.matchAll(rule)].map(([, text]) => text ?? ""));
  const words = found.map((text) => text.slice(1, -1).replace(/\$\{[^}]*\}/g, ""));
  return words.filter((text) => /\p{L}{2}/u.test(text) && !NAMES.has(text));
}

test("the rules see what a person would read", () => {
  for (const bad of [
    "const a = <p>No such thing</p>;", "const a = <p>{count} here</p>;", 'const a = <a title="Go there" />;',
    'const a = <a aria-label="Go" />;', 'say("nothing");', "const a = `Nothing is left of ${it}`;",
  ]) assert.equal(readable(bad).length > 0, true, bad);
  for (const good of ['const a = <p class="no-such">{TEXT.nothing}</p>;', 'throw new Error("No such thing");', "const a = <b>×</b>;"]) {
    assert.deepEqual(readable(good), []);
  }
});

test("no text stands outside of the catalogues", () => {
  const src = join(process.cwd(), "src");
  const names = readdirSync(src, { recursive: true, encoding: "utf8" });
  const sources = names.filter((name) => /\.tsx?$/.test(name) && !/(^|\/)texts\//.test(name));
  assert.ok(sources.length > 50);
  const found = sources.flatMap((name) => readable(readFileSync(join(src, name), "utf8")).map((text) => `${name}: ${text}`));
  assert.deepEqual(found, []);
});
