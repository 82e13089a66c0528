/** The terminal's page: where it begins. */
import "@xterm/xterm/css/xterm.css";
import "./page.css";
import { render } from "preact";
import { App } from "./app.tsx";
import { Page } from "./page.ts";

const app = document.getElementById("app");
if (app) render(<App page={new Page()} />, app);
