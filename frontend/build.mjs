// Bundles the page: `node build.mjs [OUTDIR [MOST_BYTES]]`. Every file but manifest.json and
// THIRD_PARTY.txt carries a hash of its content in its name, so that the server may let browsers keep
// them for ever, and lies beside itself compressed. Fails where the page has become too large.
import { createHash } from "node:crypto";
import { mkdir, readFile, readdir, rm, writeFile } from "node:fs/promises";
import { basename, dirname, extname, join, relative, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { brotliCompress, constants, gzip } from "node:zlib";
import { build } from "esbuild";
import { bytesBefore, MOST_BYTES, MOST_ELEMENT_BYTES } from "./budget.mjs";

const HERE = dirname(fileURLToPath(import.meta.url));
const ENTRIES = {
  page: "src/main.tsx", login: "src/login.tsx", admin: "src/admin/admin.tsx", error: "src/error.css",
  worker: "src/worker.ts",
};
const ELEMENT = { element: "src/element/main.ts" };
const ASSETS = ["favicon.svg", "icon-192.png", "icon-512.png", "icon-maskable.png", "icon-touch.png"]
  .map((name) => `assets/${name}`);
/** What is compressed already. */
const COMPRESSED = /\.png$/;
const LICENCE_FILES = /^(licen[cs]e|copying|notice)/i;

/** The package folder that a bundled file came from, or "" for our own sources. */
function packageOf(file) {
  const found = /^(.*node_modules\/(?:@[^/]+\/)?[^/]+)\//.exec(file);
  return found ? found[1] : "";
}

/** One section per bundled package: name, version and the licence's own text. */
async function licences(metafile) {
  const bundled = Object.values(metafile.outputs).flatMap((output) => Object.keys(output.inputs));
  const folders = [...new Set(bundled.map(packageOf))].filter(Boolean).sort();
  const sections = await Promise.all(folders.map(licenceOf));
  return ["The page contains these packages, under these licences.", ...sections].join("\n\n");
}

/** Packages of projects that ship their licence with one package for all of them. */
const LICENSED_BY = { "@xterm/addon-serialize": "node_modules/@xterm/xterm" };

async function licenceOf(folder) {
  const meta = JSON.parse(await readFile(join(HERE, folder, "package.json"), "utf8"));
  const path = join(HERE, LICENSED_BY[meta.name] ?? folder);
  const files = (await readdir(path)).filter((name) => LICENCE_FILES.test(name));
  if (files.length === 0) throw new Error(`${meta.name} has no licence file`);
  const texts = await Promise.all(files.map((name) => readFile(join(path, name), "utf8")));
  const title = `${meta.name} ${meta.version} (${meta.license})`;
  return [`${"=".repeat(78)}\n${title}\n${"=".repeat(78)}`, ...texts.map((t) => t.trim())].join("\n\n");
}

/** How everything is bundled. */
const COMMON = {
  absWorkingDir: HERE,
  bundle: true,
  minify: true,
  format: "esm",
  target: ["es2022", "chrome107", "firefox104", "safari16"],
  entryNames: "[name]-[hash]",
  legalComments: "none",
  metafile: true,
  logLevel: "warning",
};

/**
 * xterm.js as a page with a strict policy can have it: what it writes into `<style>` elements goes
 * through `sheets.ts`, and what it writes into `style` attributes through their object.
 */
const strictXterm = {
  name: "strict-xterm",
  setup(build) {
    build.onLoad({ filter: /@xterm\/xterm\/lib\/xterm\.mjs$/ }, async ({ path }) => {
      let contents = await readFile(path, "utf8");
      for (const [theirs, ours, times] of [
        ['createElement("style")', 'createElement("tornterm-sheet")', 3],
        [/\b(\w+)\.setAttribute\("style",/g, 'Reflect.set($1.style,"cssText",', 1],
      ]) {
        const parts = contents.split(theirs).length - 1;
        const found = theirs instanceof RegExp ? [...contents.matchAll(theirs)].length : parts;
        if (found !== times) throw new Error(`xterm.js has ${found} times ${theirs}, not ${times}`);
        contents = contents.replaceAll(theirs, ours);
      }
      return { contents, loader: "js" };
    });
  },
};

async function bundle(outdir) {
  const pages = await build({
    ...COMMON,
    entryPoints: ENTRIES,
    outdir,
    splitting: true,
    jsx: "automatic",
    jsxImportSource: "preact",
    chunkNames: "chunk-[hash]",
    plugins: [strictXterm],
  });
  // One file, so that a page of another site names it once and allows it once.
  const element = await build({
    ...COMMON,
    entryPoints: ELEMENT,
    outdir,
    loader: { ".css": "text" },
    plugins: [strictXterm],
  });
  return { outputs: { ...pages.metafile.outputs, ...element.metafile.outputs } };
}

/** Logical name ("page.js") to the file's name for each entry point. */
function namesOf(metafile, outdir) {
  const names = {};
  for (const [file, output] of Object.entries(metafile.outputs)) {
    const entries = { ...ENTRIES, ...ELEMENT };
    const entry = Object.keys(entries).find((name) => entries[name] === output.entryPoint);
    if (!entry) continue;
    names[entry + extname(file)] = relative(outdir, resolve(HERE, file));
    if (output.cssBundle) names[`${entry}.css`] = relative(outdir, resolve(HERE, output.cssBundle));
  }
  return names;
}

async function copyAsset(file, outdir) {
  const content = await readFile(join(HERE, file));
  const hash = createHash("sha256").update(content).digest("hex").slice(0, 8).toUpperCase();
  const name = basename(file);
  const target = name.replace(/(\.[^.]+)$/, `-${hash}$1`);
  await writeFile(join(outdir, target), content);
  return [name, target];
}

/** The same file for browsers that take it smaller, so that the server need not do it each time. */
async function compress(file) {
  const content = await readFile(file);
  const best = { params: { [constants.BROTLI_PARAM_QUALITY]: constants.BROTLI_MAX_QUALITY } };
  await writeFile(`${file}.br`, await promisify(brotliCompress)(content, best));
  await writeFile(`${file}.gz`, await promisify(gzip)(content, { level: 9 }));
}

const outdir = resolve(process.argv[2] ?? join(HERE, "../tornterm/web/static"));
await rm(outdir, { recursive: true, force: true });
await mkdir(outdir, { recursive: true });
const metafile = await bundle(outdir);
const assets = await Promise.all(ASSETS.map((file) => copyAsset(file, outdir)));
await writeFile(join(outdir, "THIRD_PARTY.txt"), `${await licences(metafile)}\n`);
const manifest = { ...namesOf(metafile, outdir), ...Object.fromEntries(assets) };
await writeFile(join(outdir, "manifest.json"), `${JSON.stringify(manifest, null, 2)}\n`);
const hashed = (await readdir(outdir)).filter((name) => /-[A-Z0-9]{8}\.\w+$/.test(name) && !COMPRESSED.test(name));
await Promise.all(hashed.map((name) => compress(join(outdir, name))));
const most = Number(process.argv[3] ?? MOST_BYTES);
const bytes = await bytesBefore(metafile, HERE, ENTRIES.page);
if (bytes > most) {
  throw new Error(`The page is ${bytes} bytes before its first prompt, compressed; ${most} are allowed.`);
}
const elementBytes = await bytesBefore(metafile, HERE, ELEMENT.element);
if (elementBytes > MOST_ELEMENT_BYTES) {
  throw new Error(`The element is ${elementBytes} bytes, compressed; ${MOST_ELEMENT_BYTES} are allowed.`);
}
