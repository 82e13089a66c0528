/** What stands in the element's shadow root: a place for the terminal, and one line of words. */
import terminalRules from "@xterm/xterm/css/xterm.css";
import type { ITheme } from "@xterm/xterm";
import type { Kind } from "../status.ts";
import rules from "./element.css";
import type { Deed, Notice } from "./notice.ts";
import { sheetOf } from "../sheets.ts";
import touchRules from "../styles/touch.css";

/** Where nothing is drawn any more, or not yet again. */
const STALE: ReadonlySet<Kind> = new Set<Kind>(["reconnecting", "replaced", "login", "expired", "missing"]);

export class Frame {
  private readonly stage = document.createElement("div");
  private readonly line = document.createElement("div");
  private readonly words = document.createElement("span");
  private readonly spoken = document.createElement("div");
  private shown = "";

  constructor(
    root: ShadowRoot,
    private readonly act: (deed: Deed) => void,
  ) {
    root.adoptedStyleSheets = [terminalRules, touchRules, rules].map(sheetOf);
    this.stage.className = "stage";
    this.line.className = "notice";
    this.line.setAttribute("part", "notice");
    this.line.hidden = true;
    this.spoken.className = "off-screen";
    this.spoken.setAttribute("role", "status");
    root.append(this.stage, this.line, this.spoken);
  }

  /** A new place for a terminal, instead of the one before. */
  emptyHost(): HTMLElement {
    const host = document.createElement("div");
    host.className = "host";
    this.stage.replaceChildren(host);
    return host;
  }

  paint({ background, foreground }: ITheme): void {
    for (const { style } of [this.stage, this.line]) {
      style.setProperty("--ground", background ?? null);
      style.setProperty("--ink", foreground ?? null);
    }
  }

  /** Say which language the words are in: it need not be the one of what is around. */
  speak(language: string): void {
    this.line.lang = language;
    this.spoken.lang = language;
  }

  show(notice: Notice | null, kind: Kind): void {
    this.stage.classList.toggle("stale", STALE.has(kind));
    this.line.hidden = notice === null;
    if (notice && this.words.textContent !== notice.text) this.words.textContent = notice.text;
    // Whoever is at a button stays there, and hears the words once, while they count down.
    const what = JSON.stringify([kind, notice?.deeds, kind === "reconnecting" || notice?.text]);
    if (what === this.shown) return;
    this.shown = what;
    this.spoken.textContent = notice?.text ?? "";
    const buttons = (notice?.deeds ?? []).map(({ label, deed }) => this.button(label, deed));
    this.line.replaceChildren(this.words, ...buttons);
  }

  private button(label: string, deed: Deed): HTMLElement {
    const button = document.createElement("button");
    button.type = "button";
    button.textContent = label;
    button.addEventListener("click", () => this.act(deed));
    return button;
  }

  /** Move the keyboard to what can be done; false where there is nothing. */
  focusNotice(): boolean {
    const button = this.line.querySelector("button");
    button?.focus();
    return button !== null;
  }
}
