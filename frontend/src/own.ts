/** Palettes that people bring: read from whatever another terminal keeps its colours in. */

/** What a palette is made of, in the order in which it is kept; the first four come before the sixteen. */
export const PARTS = [
  "background", "foreground", "cursor", "selection",
  "black", "red", "green", "yellow", "blue", "magenta", "cyan", "white",
  "brightblack", "brightred", "brightgreen", "brightyellow",
  "brightblue", "brightmagenta", "brightcyan", "brightwhite",
] as const;
export type Part = (typeof PARTS)[number];

/** As it is kept: twenty colours, each `#rrggbb`, in the order of `PARTS`. */
export const KEPT = /^#[0-9a-f]{6}( #[0-9a-f]{6}){19}$/;

export interface Reading {
  /** As it is kept; null where colours are missing. */
  palette: string | null;
  missing: Part[];
}

/** A longer text is no palette. */
const LONGEST = 20_000;

const OTHER_NAMES: Record<string, Part> = {
  bg: "background", fg: "foreground", cursorcolor: "cursor", cursorbg: "cursor",
  selectionbackground: "selection", selectioncolor: "selection", highlight: "selection",
  purple: "magenta", brightpurple: "brightmagenta",
};

/** A name, what may stand between it and its colour, and the colour; Ghostty has a number between. */
const LINE = /([a-z][\w.-]*)["']?[ \t]*[:=]?[ \t]*(?:(\d{1,2})[ \t]*=[ \t]*)?["']?(?:#|0x)?([0-9a-f]{6})(?![0-9a-z])/gi;

/** A heading, as in a file of Alacritty: what follows is the bright half, or is not any more. */
const HEADING = /^[ \t]*(?:\[[\w.]*?(\w+)\]|(\w+):)[ \t]*$/gm;

/**
 * Find the colours in a text: JSON of Windows Terminal, VS Code or xterm.js, settings of kitty,
 * Ghostty or Alacritty, X resources, or just names with colours.
 */
export function readPalette(text: string): Reading {
  const found = new Map<Part, string>();
  const readable = text.slice(0, LONGEST);
  const headings = [...readable.matchAll(HEADING)].map((match) => ({
    at: match.index, name: (match[1] ?? match[2] ?? "").toLowerCase(),
  }));
  for (const match of readable.matchAll(LINE)) {
    const [, name = "", number, colour = ""] = match;
    const heading = headings.findLast(({ at }) => at < match.index)?.name ?? "";
    const part = partOf(name, number, heading);
    if (part && !found.has(part)) found.set(part, `#${colour.toLowerCase()}`);
  }
  // These can be had of the others.
  const { foreground, brightblack } = Object.fromEntries(found);
  if (!found.has("cursor") && foreground) found.set("cursor", foreground);
  if (!found.has("selection") && brightblack) found.set("selection", brightblack);
  const missing = PARTS.filter((part) => !found.has(part));
  return { palette: missing.length > 0 ? null : PARTS.map((part) => found.get(part)).join(" "), missing };
}

function partOf(name: string, number: string | undefined, heading: string): Part | null {
  const plain = name.toLowerCase().replace(/^.*\./, "").replace(/[^a-z0-9]/g, "").replace(/^ansi/, "");
  const index = plain === "palette" ? number : /^color(\d+)$/.exec(plain)?.[1];
  if (index !== undefined) return PARTS[4 + Number(index)] ?? null;
  const bright = heading === "bright" && !plain.startsWith("bright") ? `bright${plain}` : plain;
  for (const wanted of [bright, OTHER_NAMES[bright]]) {
    if (PARTS.includes(wanted as Part)) return wanted as Part;
  }
  return null;
}

/** How well one colour can be told from another, from 1 to 21, as WCAG has it. */
export function contrastOf(one: string, other: string): number {
  const [high = 0, low = 0] = [luminance(one), luminance(other)].sort((a, b) => b - a);
  return (high + 0.05) / (low + 0.05);
}

/** From 0 for black to 1 for white. */
export function luminance(colour: string): number {
  const [red = 0, green = 0, blue = 0] = [1, 3, 5].map((at) => {
    const part = parseInt(colour.slice(at, at + 2), 16) / 255;
    return part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}

/** Text below this is hard to read; colours of single words may be a little fainter. */
const LEAST_TEXT = 4.5, LEAST_WORD = 3;

/** Those that are hard to read on the background; the ones that are meant to be near it are not asked. */
export function faint(palette: string): Part[] {
  const colours = palette.split(" ");
  const background = colours[0] ?? "";
  const near = luminance(background) < 0.18 ? ["black", "brightblack"] : ["white", "brightwhite"];
  return PARTS.filter((part, at) => {
    if (["background", "cursor", "selection", ...near].includes(part)) return false;
    return contrastOf(colours[at] ?? "", background) < (part === "foreground" ? LEAST_TEXT : LEAST_WORD);
  });
}
