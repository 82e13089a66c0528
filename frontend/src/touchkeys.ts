/** What a phone's keyboard lacks: keys with a name, and modifiers that wait for the next key. */

export type NamedKey = "Esc" | "Tab" | "Left" | "Up" | "Down" | "Right";
export type Modifier = "ctrl" | "alt";

const ARROWS: Partial<Record<NamedKey, string>> = { Up: "A", Down: "B", Right: "C", Left: "D" };

/** Modifiers that were pressed before the key they are for, as one finger can. */
export class Sticky {
  ctrl = false;
  alt = false;

  toggle(modifier: Modifier): void {
    this[modifier] = !this[modifier];
  }

  /**
   * What is sent for a key with a name; the modifiers are used up.
   *
   * @param application whether the program has switched the arrows to application mode
   */
  named(key: NamedKey, application: boolean): string {
    const { ctrl, alt } = this.take();
    const arrow = ARROWS[key];
    if (arrow && (ctrl || alt)) return `\x1b[1;${1 + (alt ? 2 : 0) + (ctrl ? 4 : 0)}${arrow}`;
    if (arrow) return (application ? "\x1bO" : "\x1b[") + arrow;
    return (alt ? "\x1b" : "") + (key === "Esc" ? "\x1b" : "\t");
  }

  /** What is sent for something that was typed; it uses the modifiers up, too. */
  typed(data: string): string {
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
