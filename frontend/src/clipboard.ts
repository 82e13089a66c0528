/** The clipboard: written for a person at once, for a program only where the browser allows it. */
import type { IClipboardProvider } from "@xterm/addon-clipboard";

/** A program may put this much on the clipboard and no more. */
export const MAX_CHARACTERS = 1024 * 1024;

/** Copy for a person who has just asked for it; also where the page is not a secure context. */
export async function copyText(text: string): Promise<boolean> {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    return copyByCommand(text);
  }
}

function copyByCommand(text: string): boolean {
  const before = document.activeElement;
  const area = document.createElement("textarea");
  area.value = text;
  area.className = "off-screen";
  document.body.append(area);
  area.select();
  const done = document.execCommand("copy");
  area.remove();
  if (before instanceof HTMLElement) before.focus();
  return done;
}

/**
 * What OSC 52 may do: write, where the browser lets it, and otherwise offer it to the person.
 * Answers at once instead of with a promise, because the parser would wait for that.
 */
export class WriteOnlyClipboard implements IClipboardProvider {
  constructor(
    private readonly allowed: () => boolean,
    private readonly offer: (text: string) => void,
  ) {}

  /** Never reached: the query is answered with silence before it comes here. */
  readText(): string {
    return "";
  }

  writeText(_selection: string, text: string): void {
    if (!text || text.length > MAX_CHARACTERS || !this.allowed()) return;
    const written = navigator.clipboard?.writeText(text) ?? Promise.reject(new Error("no clipboard"));
    written.catch(() => this.offer(text));
  }
}
