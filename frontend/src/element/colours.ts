/** The element's colours and letters: a theme, with what the page's CSS variables say over it. */
import type { ITheme } from "@xterm/xterm";
import type { Fitting, Font } from "../fitting.ts";
import { type Palette, PALETTES } from "../palettes.ts";
import type { Letters } from "../pinch.ts";
import { paletteOf } from "../theme.ts";
import type { Telling } from "./telling.ts";

const NAMES = [
  "background", "foreground", "cursor", "cursorAccent",
  "selectionBackground", "selectionForeground", "selectionInactiveBackground",
  "black", "red", "green", "yellow", "blue", "magenta", "cyan", "white",
  "brightBlack", "brightRed", "brightGreen", "brightYellow",
  "brightBlue", "brightMagenta", "brightCyan", "brightWhite",
] as const satisfies readonly (keyof ITheme)[];

const LETTERS = 14;

/** `brightRed` is `--tornterm-bright-red`. */
function variable(name: string): string {
  return `--tornterm-${name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`;
}

/** The palette of an element as the page wants it now. */
export function paletteFor(element: HTMLElement): Palette {
  const theme = element.getAttribute("theme") ?? "auto";
  const known = theme in PALETTES ? (theme as keyof typeof PALETTES) : null;
  const palette = known ? PALETTES[known] : paletteOf("auto");
  const style = getComputedStyle(element);
  const colours: ITheme = { ...palette.colours };
  for (const name of NAMES) {
    const value = style.getPropertyValue(variable(name)).trim();
    if (value) colours[name] = value;
  }
  return { ...palette, colours };
}

/** The letters of an element as the page wants them now. */
export function fontFor(element: HTMLElement): Font {
  const style = getComputedStyle(element);
  const size = Number.parseFloat(style.getPropertyValue("--tornterm-font-size"));
  const family = style.getPropertyValue("--tornterm-font-family").trim();
  return { family, size: size > 0 ? size : LETTERS };
}

/** The letters of an element, for fingers to change: their size then stands where a page would write it. */
export function lettersOf(element: HTMLElement, fitting: Fitting, telling: Telling): Letters {
  return {
    now: () => fitting.chosenSize,
    choose: (size) => {
      if (telling.tell("fontsize", { size })) element.style.setProperty("--tornterm-font-size", `${size}px`);
    },
  };
}

const QUERIES = ["(prefers-color-scheme: dark)", "(prefers-contrast: more)"];

/** Call back when the system, or an attribute that styles or the language go by, may have changed. */
export function watchLooks(element: HTMLElement, changed: () => void, signal: AbortSignal): void {
  for (const query of QUERIES) matchMedia(query).addEventListener("change", changed, { signal });
  const observer = new MutationObserver(changed);
  const filter = { attributeFilter: ["class", "style", "theme", "data-theme", "lang"] };
  for (const one of [document.documentElement, document.body, element]) observer.observe(one, filter);
  signal.addEventListener("abort", () => observer.disconnect());
}
