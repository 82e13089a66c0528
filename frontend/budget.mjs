// What a browser has to fetch before it can show a prompt must stay small.
import { readFile } from "node:fs/promises";
import { resolve } from "node:path";
import { gzipSync } from "node:zlib";

/** Bytes, compressed with gzip: a second's worth on a slow phone. */
export const MOST_BYTES = 250 * 1024;

/** The same for the element, which is a single file with all of its languages. */
export const MOST_ELEMENT_BYTES = 190 * 1024;

/**
 * Bytes of everything that an entry point needs at once, compressed: itself, what it imports other
 * than later, and its style sheet.
 */
export async function bytesBefore(metafile, root, entryPoint) {
  const outputs = metafile.outputs;
  const wanted = Object.keys(outputs).filter((file) => outputs[file].entryPoint === entryPoint);
  for (const file of wanted) {
    const { imports = [], cssBundle } = outputs[file] ?? {};
    const now = imports.filter(({ kind, external }) => kind === "import-statement" && !external);
    const more = [...now.map(({ path }) => path), ...(cssBundle ? [cssBundle] : [])];
    wanted.push(...more.filter((path) => !wanted.includes(path)));
  }
  const sizes = wanted.map(async (file) => gzipSync(await readFile(resolve(root, file))).length);
  return (await Promise.all(sizes)).reduce((sum, size) => sum + size, 0);
}
