/** Pastes and drops of text, which are looked at before they reach the program. */
import { hiddenIn } from "./hidden.ts";
import type { Settings } from "./settings.ts";

/** More than this is asked about, even if it is one line. */
export const LARGE = 5000;

/** Whether a person is asked first. A line that is ended by itself is run at once, so it counts as two. */
export function worthAsking(
  text: string,
  ask: Settings["all"]["paste"],
  bracketed: boolean,
): boolean {
  if (ask === "never") return false;
  if (text.length > LARGE || !hiddenIn(text).next().done) return true;
  return /[\r\n]/.test(text) && (ask === "always" || !bracketed);
}

/** How many lines a text has. */
export function linesOf(text: string): number {
  return text.replace(/\r\n?|\n$/g, (end) => (end === "\n" ? "" : "\n")).split("\n").length;
}

/**
 * Call `offered` with each text that is pasted into or dropped onto `host`.
 *
 * @param offered says whether it takes the text; otherwise the terminal gets it as ever
 */
export function watchPastes(host: HTMLElement, offered: (text: string) => boolean): void {
  const look = (event: ClipboardEvent | DragEvent, data: DataTransfer | null) => {
    if (!data || data.files.length > 0) return;
    if (!offered(data.getData("text/plain"))) return;
    event.preventDefault();
    event.stopPropagation();
  };
  // Before xterm.js, which listens at the elements within.
  host.addEventListener("paste", (event) => look(event, event.clipboardData), { capture: true });
  host.addEventListener("dragover", (event) => {
    if (event.dataTransfer?.types.includes("text/plain")) event.preventDefault();
  });
  host.addEventListener("drop", (event) => look(event, event.dataTransfer), { capture: true });
}
