// Bundles the tests with esbuild, because not every Node can read TypeScript, and runs them.
import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readdirSync, rmSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";

const HERE = dirname(fileURLToPath(import.meta.url));
const CACHE = join(HERE, "../node_modules/.cache");

// A folder of its own, so that two runs at once do not take each other's files away.
mkdirSync(CACHE, { recursive: true });
const OUT = mkdtempSync(join(CACHE, "tests-"));
const names = readdirSync(HERE).filter((name) => name.endsWith(".test.ts"));
await build({
  entryPoints: names.map((name) => join(HERE, name)),
  outdir: OUT,
  outExtension: { ".js": ".mjs" },
  bundle: true,
  platform: "node",
  external: ["esbuild"],
  format: "esm",
  sourcemap: "inline",
  jsx: "automatic",
  jsxImportSource: "preact",
  logLevel: "warning",
});
const files = names.map((name) => join(OUT, name.replace(/\.ts$/, ".mjs")));
const done = spawnSync(process.execPath, ["--enable-source-maps", "--test", ...files], {
  stdio: "inherit",
  cwd: join(HERE, ".."),
});
rmSync(OUT, { recursive: true, force: true });
process.exit(done.status ?? 1);
