/** Light and dark, for the terminal; the page around it takes its colours from page.css. */
import type { ITheme } from "@xterm/xterm";

const DARK: ITheme = {
  background: "#0e1318",
  foreground: "#d8dee6",
  cursor: "#7ee0b8",
  cursorAccent: "#0e1318",
  selectionBackground: "#2f5d7c99",
  selectionInactiveBackground: "#3a475499",
  black: "#1b232b",
  red: "#f2777a",
  green: "#7fd39b",
  yellow: "#e9c46a",
  blue: "#6fb1ee",
  magenta: "#c99bea",
  cyan: "#5fd0d0",
  white: "#c5ced8",
  brightBlack: "#6b7885",
  brightRed: "#ff9a9b",
  brightGreen: "#a5ebbb",
  brightYellow: "#ffdf8e",
  brightBlue: "#97cbff",
  brightMagenta: "#e0bcfa",
  brightCyan: "#8ceaea",
  brightWhite: "#f4f8fb",
};

const LIGHT: ITheme = {
  background: "#fbfcfd",
  foreground: "#1d2731",
  cursor: "#0f7a55",
  cursorAccent: "#fbfcfd",
  selectionBackground: "#9ccbf080",
  selectionInactiveBackground: "#c8d2db80",
  black: "#1d2731",
  red: "#b3261e",
  green: "#1a7343",
  yellow: "#8a5a00",
  blue: "#1559a8",
  magenta: "#8030a8",
  cyan: "#0b6b78",
  white: "#5b6875",
  brightBlack: "#4a5764",
  brightRed: "#d0382f",
  brightGreen: "#23894f",
  brightYellow: "#a06a00",
  brightBlue: "#1f6fce",
  brightMagenta: "#9a43c6",
  brightCyan: "#0f8494",
  brightWhite: "#1d2731",
};

export type Choice = "auto" | "light" | "dark";

const dark = () => matchMedia("(prefers-color-scheme: dark)");

function isDark(choice: Choice): boolean {
  return choice === "auto" ? dark().matches : choice === "dark";
}

/** Mark the document, and call back now and whenever the system changes its mind. */
export function followTheme(choice: Choice, apply: (theme: ITheme, dark: boolean) => void): void {
  if (choice !== "auto") document.documentElement.dataset["theme"] = choice;
  const update = () => apply(isDark(choice) ? DARK : LIGHT, isDark(choice));
  dark().addEventListener("change", update);
  update();
}

/** Letters that can be read on a phone and across a desk. */
export function fontSize(width: number): number {
  if (width < 480) return 13;
  return Math.min(24, Math.round(12 + width / 480));
}
