// Prints as JSON what each language's catalogues can say: { en: [pattern, …], de: …, fr: … }, each a
// regular expression for the whole of a text, in which numbers and names stand for any others.
import { dirname } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";

const SOURCES = ["../src/texts", "../src/texts/codes", "../src/admin/texts"];
const NAME = "\u0001";
/** What sentences are made of: counts, bytes and seconds of all sizes, and names. */
const GIVEN = [0, 1, 2, 95, 7000, 90_000, 5_000_000, NAME, `(${NAME})`, `: ${NAME}`];

const imports = SOURCES.flatMap((folder) => ["en", "de", "fr"].map((name) => [folder, name]))
  // What codes mean in English says the server.
  .filter((one) => one.join("/") !== "../src/texts/codes/en");
const entry = imports
  .map(([folder, name], at) => `export { ${name.toUpperCase()} as c${at} } from "${folder}/${name}.ts";`)
  .join("\n");
const { outputFiles } = await build({
  stdin: { contents: entry, resolveDir: dirname(fileURLToPath(import.meta.url)), loader: "ts" },
  bundle: true, write: false, format: "esm", charset: "utf8", logLevel: "warning",
});
const code = Buffer.from(outputFiles[0].contents).toString("base64");
const catalogues = await import(`data:text/javascript;base64,${code}`);

/** Every text that a part of a catalogue can become. */
function texts(part) {
  if (typeof part === "string") return [part];
  if (typeof part === "function") return GIVEN.flatMap((one) => GIVEN.flatMap((two) => said(part, one, two)));
  return Object.values(part).flatMap(texts);
}

function said(sentence, one, two) {
  try {
    const text = String(sentence(one, two, 7));
    return /undefined|NaN/.test(text) ? [] : [text];
  } catch {
    return []; // it takes something else
  }
}

function patternOf(text) {
  const literal = text.trim().replace(/[.*+?^${}()|[\]\\/-]/g, "\\$&").replace(/\s+/g, "\\s+");
  return literal.replace(/\d(?:[\d\u202f\u00a0]|\\?[.,]\d)*/g, "\\d[\\d\\s.,]*").replaceAll(NAME, ".+?");
}

const phrases = {};
imports.forEach(([, name], at) => {
  // What holds no word of its own is the same in all languages.
  const patterns = texts(catalogues[`c${at}`]).map(patternOf).filter((one) => /\p{L}{2}/u.test(one.replace(/\\./g, " ")));
  phrases[name] = [...new Set([...(phrases[name] ?? []), ...patterns])];
});
process.stdout.write(JSON.stringify(phrases));
