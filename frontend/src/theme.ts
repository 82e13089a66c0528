/** Which colours there are now: what the person chose, else what the server or the system says. */
import { ownPalette, type Palette, PALETTES } from "./palettes.ts";
import type { ThemeName } from "./settings.ts";

const dark = () => matchMedia("(prefers-color-scheme: dark)");
const contrast = () => matchMedia("(prefers-contrast: more)");

/** The palette of a theme; the system decides where it is to, and where nobody has brought one. */
export function paletteOf(theme: ThemeName, own = ""): Palette {
  if (theme === "own" && own) return ownPalette(own);
  if (theme !== "auto" && theme !== "own") return PALETTES[theme];
  if (contrast().matches) return PALETTES[dark().matches ? "contrast" : "contrast-light"];
  return PALETTES[dark().matches ? "dark" : "light"];
}

/** Mark the document, so that the page around the terminal fits. */
export function mark(theme: ThemeName, own = ""): void {
  const { documentElement: root } = document;
  if (theme === "auto" || (theme === "own" && !own)) delete root.dataset["theme"];
  else root.dataset["theme"] = paletteOf(theme, own).page;
}

/** Paint now, and whenever the system changes its mind or the returned function is called. */
export function followTheme(chosen: () => [theme: ThemeName, own: string], apply: (palette: Palette) => void): () => void {
  const update = () => {
    mark(...chosen());
    const palette = paletteOf(...chosen());
    // What is left over at the edges of the cells is the page's to paint.
    document.documentElement.style.setProperty("--ground", palette.colours.background ?? null);
    apply(palette);
  };
  for (const query of [dark(), contrast()]) query.addEventListener("change", update);
  update();
  return update;
}
