/** The colours of the terminal, by theme; the page around it takes its own from base.css. */
import type { ITheme } from "@xterm/xterm";
import { luminance } from "./own.ts";
import type { ThemeName } from "./settings.ts";

export interface Palette {
  /** How the page around the terminal looks. */
  page: "light" | "dark" | "contrast";
  /** The least contrast of text, as WCAG counts it; programs choose colours for a dark screen. */
  contrast: number;
  colours: ITheme;
}

type Sixteen = [
  string, string, string, string, string, string, string, string,
  string, string, string, string, string, string, string, string,
];

interface Ground {
  page?: Palette["page"];
  contrast?: number;
  /** Background, foreground, cursor and selection. */
  ground: [back: string, fore: string, cursor: string, selection: string];
  ansi: Sixteen;
}

/** A palette that somebody has brought, as `own.ts` keeps it. */
export function ownPalette(kept: string): Palette {
  const [back = "", fore = "", cursor = "", selection = "", ...ansi] = kept.split(" ");
  const light = luminance(back) > 0.4;
  return palette({
    page: light ? "light" : "dark",
    contrast: light ? 4.5 : 1,
    ground: [back, fore, cursor, `${selection}aa`],
    ansi: ansi as Sixteen,
  });
}

function palette({ page = "dark", contrast = 1, ground, ansi }: Ground): Palette {
  const [background, foreground, cursor, selection] = ground;
  const [black, red, green, yellow, blue, magenta, cyan, white] = ansi;
  const [, , , , , , , , b0, b1, b2, b3, b4, b5, b6, b7] = ansi;
  return {
    page,
    contrast,
    colours: {
      background, foreground, cursor, cursorAccent: background,
      selectionBackground: selection, selectionInactiveBackground: selection,
      black, red, green, yellow, blue, magenta, cyan, white,
      brightBlack: b0, brightRed: b1, brightGreen: b2, brightYellow: b3,
      brightBlue: b4, brightMagenta: b5, brightCyan: b6, brightWhite: b7,
    },
  };
}

export const PALETTES: Record<Exclude<ThemeName, "auto" | "own"> | "contrast-light", Palette> = {
  dark: palette({
    ground: ["#0e1318", "#d8dee6", "#7ee0b8", "#2f5d7c99"],
    ansi: [
      "#1b232b", "#f2777a", "#7fd39b", "#e9c46a", "#6fb1ee", "#c99bea", "#5fd0d0", "#c5ced8",
      "#6b7885", "#ff9a9b", "#a5ebbb", "#ffdf8e", "#97cbff", "#e0bcfa", "#8ceaea", "#f4f8fb",
    ],
  }),
  light: palette({
    page: "light",
    contrast: 4.5,
    ground: ["#fbfcfd", "#1d2731", "#0f7a55", "#9ccbf080"],
    ansi: [
      "#1d2731", "#b3261e", "#1a7343", "#8a5a00", "#1559a8", "#8030a8", "#0b6b78", "#5b6875",
      "#4a5764", "#d0382f", "#23894f", "#a06a00", "#1f6fce", "#9a43c6", "#0f8494", "#1d2731",
    ],
  }),
  contrast: palette({
    page: "contrast",
    contrast: 7,
    ground: ["#000000", "#ffffff", "#ffff00", "#0060dfcc"],
    ansi: [
      "#000000", "#ff8080", "#60ff60", "#ffff60", "#90c0ff", "#ffa0ff", "#60ffff", "#ffffff",
      "#c0c0c0", "#ffa0a0", "#a0ffa0", "#ffffa0", "#c0e0ff", "#ffc0ff", "#a0ffff", "#ffffff",
    ],
  }),
  "contrast-light": palette({
    page: "contrast",
    contrast: 7,
    ground: ["#ffffff", "#000000", "#000000", "#80b8ffcc"],
    ansi: [
      "#000000", "#8b0000", "#004d00", "#5c3d00", "#00008b", "#5c005c", "#004b57", "#333333",
      "#333333", "#8b0000", "#004d00", "#5c3d00", "#00008b", "#5c005c", "#004b57", "#000000",
    ],
  }),
  "solarized-dark": palette({
    ground: ["#002b36", "#93a1a1", "#93a1a1", "#0a5a70aa"],
    ansi: [
      "#073642", "#dc322f", "#859900", "#b58900", "#268bd2", "#d33682", "#2aa198", "#eee8d5",
      "#586e75", "#cb4b16", "#94a83a", "#c79b2a", "#839496", "#6c71c4", "#93a1a1", "#fdf6e3",
    ],
  }),
  "solarized-light": palette({
    page: "light",
    contrast: 4.5,
    ground: ["#fdf6e3", "#586e75", "#586e75", "#c9dcd6aa"],
    ansi: [
      "#073642", "#dc322f", "#859900", "#b58900", "#268bd2", "#d33682", "#2aa198", "#eee8d5",
      "#586e75", "#cb4b16", "#6c7c00", "#8a6900", "#657b83", "#6c71c4", "#93a1a1", "#002b36",
    ],
  }),
  dracula: palette({
    ground: ["#282a36", "#f8f8f2", "#f8f8f2", "#6272a499"],
    ansi: [
      "#21222c", "#ff5555", "#50fa7b", "#f1fa8c", "#bd93f9", "#ff79c6", "#8be9fd", "#f8f8f2",
      "#6272a4", "#ff6e6e", "#69ff94", "#ffffa5", "#d6acff", "#ff92df", "#a4ffff", "#ffffff",
    ],
  }),
  nord: palette({
    ground: ["#2e3440", "#d8dee9", "#d8dee9", "#4c566acc"],
    ansi: [
      "#3b4252", "#bf616a", "#a3be8c", "#ebcb8b", "#81a1c1", "#b48ead", "#88c0d0", "#e5e9f0",
      "#616e88", "#bf616a", "#a3be8c", "#ebcb8b", "#81a1c1", "#b48ead", "#8fbcbb", "#eceff4",
    ],
  }),
  gruvbox: palette({
    ground: ["#282828", "#ebdbb2", "#ebdbb2", "#665c54aa"],
    ansi: [
      "#282828", "#cc241d", "#98971a", "#d79921", "#458588", "#b16286", "#689d6a", "#a89984",
      "#928374", "#fb4934", "#b8bb26", "#fabd2f", "#83a598", "#d3869b", "#8ec07c", "#ebdbb2",
    ],
  }),
  monokai: palette({
    ground: ["#272822", "#f8f8f2", "#f8f8f0", "#49483ecc"],
    ansi: [
      "#272822", "#f92672", "#a6e22e", "#f4bf75", "#66d9ef", "#ae81ff", "#a1efe4", "#f8f8f2",
      "#75715e", "#f92672", "#a6e22e", "#f4bf75", "#66d9ef", "#ae81ff", "#a1efe4", "#f9f8f5",
    ],
  }),
};
