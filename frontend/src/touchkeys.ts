/** What a phone's keyboard lacks: keys with a name, and modifiers that wait for the next key. */

export const FUNCTION_KEYS = ["F1", "F2", "F3", "F4", "F5", "F6", "F7", "F8", "F9", "F10", "F11", "F12"] as const;
export type NamedKey =
  | "Esc" | "Tab" | "Left" | "Up" | "Down" | "Right"
  | "Home" | "End" | "PageUp" | "PageDown" | "Insert" | "Delete"
  | (typeof FUNCTION_KEYS)[number];
export type Modifier = "ctrl" | "alt";

/** Keys that are told by a letter; those of the cursor are told otherwise in application mode. */
const CURSOR: Partial<Record<NamedKey, string>> = { Up: "A", Down: "B", Right: "C", Left: "D", Home: "H", End: "F" };
const LETTERS: Partial<Record<NamedKey, string>> = { F1: "P", F2: "Q", F3: "R", F4: "S" };

/** Keys that are told by a number. */
const NUMBERS: Partial<Record<NamedKey, number>> = {
  Insert: 2, Delete: 3, PageUp: 5, PageDown: 6,
  F5: 15, F6: 17, F7: 18, F8: 19, F9: 20, F10: 21, F11: 23, F12: 24,
};

/** Modifiers that were pressed before the key they are for, as one finger can. */
export class Sticky {
  ctrl = false;
  alt = false;

  /** Whether one of them waits. */
  get waits(): boolean {
    return this.ctrl || this.alt;
  }

  toggle(modifier: Modifier): void {
    this[modifier] = !this[modifier];
  }

  /**
   * What is sent for a key with a name; the modifiers are used up.
   *
   * @param application whether the program has switched the cursor's keys to application mode
   */
  named(key: NamedKey, application: boolean): string {
    const { ctrl, alt } = this.take();
    const held = 1 + (alt ? 2 : 0) + (ctrl ? 4 : 0);
    const number = NUMBERS[key];
    if (number) return `\x1b[${number}${held > 1 ? `;${held}` : ""}~`;
    const letter = CURSOR[key] ?? LETTERS[key];
    if (letter && held > 1) return `\x1b[1;${held}${letter}`;
    if (letter) return (application || LETTERS[key] ? "\x1bO" : "\x1b[") + letter;
    return (alt ? "\x1b" : "") + (key === "Esc" ? "\x1b" : "\t");
  }

  /** What is sent for something that was typed; it uses the modifiers up, too. */
  typed(data: string): string {
    if (!data) return data;
    const { ctrl, alt } = this.take();
    const [first = ""] = data;
    const rest = data.slice(first.length);
    return (alt ? "\x1b" : "") + (ctrl ? control(first) : first) + rest;
  }

  private take(): { ctrl: boolean; alt: boolean } {
    const { ctrl, alt } = this;
    this.ctrl = this.alt = false;
    return { ctrl, alt };
  }
}

/** The control character of a key, where it has one. */
function control(char: string): string {
  if (char === " ") return "\0";
  if (char === "?") return "\x7f";
  return /^[@-_a-z]$/.test(char) ? String.fromCharCode(char.charCodeAt(0) & 0x1f) : char;
}
