/** Shortcuts of the page, written "Mod+Shift+F": Mod is Command on a Mac and Control elsewhere. */
import type { KeyPress, Platform } from "./keys.ts";

const MODIFIERS = ["Ctrl", "Alt", "Shift", "Meta"] as const;
type Modifier = (typeof MODIFIERS)[number];

/** Keys that are told by where they are: with Shift each layout has another character there. */
const BY_PLACE: Record<string, string> = {
  ",": "Comma", ".": "Period", "+": "Equal", "-": "Minus",
};

const SIGNS: Record<string, string> = {
  Ctrl: "⌃", Alt: "⌥", Shift: "⇧", Meta: "⌘",
  ArrowUp: "↑", ArrowDown: "↓", ArrowLeft: "←", ArrowRight: "→", Enter: "⏎",
};

function parts(shortcut: string, platform: Platform): { held: Set<Modifier>; key: string } {
  const names = shortcut.split("+");
  const key = names.pop() || "+";
  const held = names.map((name) => (name === "Mod" ? (platform === "mac" ? "Meta" : "Ctrl") : name));
  return { held: new Set(held as Modifier[]), key };
}

/** Whether a press of keys is this shortcut. */
export function matches(press: KeyPress, shortcut: string, platform: Platform): boolean {
  if (press.type !== "keydown") return false;
  const { held, key } = parts(shortcut, platform);
  const pressed: Record<Modifier, boolean> = {
    Ctrl: press.ctrlKey, Alt: press.altKey, Shift: press.shiftKey, Meta: press.metaKey,
  };
  if (MODIFIERS.some((name) => pressed[name] !== held.has(name))) return false;
  const place = BY_PLACE[key];
  if (place) return press.code === place;
  if (!/^[A-Z]$/.test(key)) return press.key === key;
  // By letter, and by position where the layout has no such letter.
  return /^[a-z]$/i.test(press.key) ? press.key.toUpperCase() === key : press.code === `Key${key}`;
}

/** A shortcut as people of the platform write it. */
export function written(shortcut: string, platform: Platform): string {
  const { held, key } = parts(shortcut, platform);
  const shown = key.startsWith("Arrow") || key === "Enter" ? (SIGNS[key] ?? key) : key;
  const before = MODIFIERS.filter((name) => held.has(name));
  if (platform === "mac") return before.map((name) => SIGNS[name]).join("") + shown;
  return [...before, shown].join("+");
}
