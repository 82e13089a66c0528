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

/**
 * What is on the clipboard, for a person who has just asked for it; browsers may ask them once more.
 * Null where the browser gives it to no page, or not to this one.
 */
export async function readClipboard(): Promise<string | null> {
  try {
    return await navigator.clipboard.readText();
  } catch {
    return null;
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

/** What becomes of a program's wish to copy. */
export interface CopyWishes {
  /** What the person has chosen, and whether the output is new. */
  allowed(): "gesture" | "ask" | "never";
  /** Not now, or not by itself: a person may still say yes. */
  offer(text: string): void;
  tooMuch(length: number): void;
}

/**
 * What OSC 52 may do: write, where a person has just done something and the browser lets it, and
 * otherwise offer it to the person. Answers at once instead of with a promise, because the parser
 * would wait for that.
 */
export class WriteOnlyClipboard implements IClipboardProvider {
  constructor(private readonly wishes: CopyWishes) {}

  /** Never reached: the query is answered with silence before it comes here. */
  readText(): string {
    return "";
  }

  writeText(_selection: string, text: string): void {
    const allowed = this.wishes.allowed();
    if (!text || allowed === "never") return;
    if (text.length > MAX_CHARACTERS) {
      this.wishes.tooMuch(text.length);
      return;
    }
    if (allowed === "ask" || !byGesture() || !navigator.clipboard) this.wishes.offer(text);
    else navigator.clipboard.writeText(text).catch(() => this.wishes.offer(text));
  }
}

/** Whether a person has touched the page within the last seconds; each browser knows or asks itself. */
function byGesture(): boolean {
  const { userActivation } = navigator as { userActivation?: { isActive: boolean } };
  return userActivation?.isActive ?? true;
}
