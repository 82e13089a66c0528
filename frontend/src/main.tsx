/** The terminal's page: where it begins. */
import "@xterm/xterm/css/xterm.css";
import "./page.css";
import { render } from "preact";
import { App } from "./app.tsx";
import { Page } from "./page.ts";
import { defineSheets } from "./sheets.ts";
import { speakAs } from "./text.ts";

defineSheets();
const app = document.getElementById("app");
const page = new Page();
await speakAs(page.settings.all.language, page.config.base);
if (app) render(<App page={page} />, app);
// Shows a page of its own when the server cannot be reached; browsers have it on secure pages alone.
void navigator.serviceWorker?.register(`${page.config.base}worker.js`).catch(() => undefined);
