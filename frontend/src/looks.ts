/** How the page's terminals look: as the person has chosen, else as the server says. */
import type { PageConfig } from "./config.ts";
import type { Font } from "./fitting.ts";
import { fitSize, fontSize } from "./letters.ts";
import type { Palette } from "./palettes.ts";
import type { Pane } from "./pane.ts";
import type { Settings } from "./settings.ts";
import { followTheme } from "./theme.ts";

export class Looks {
  private palette: Palette | null = null;
  private repaint: () => void = () => undefined;

  /** @param panes gives the terminals that there are then */
  constructor(
    private readonly settings: Settings,
    private readonly config: PageConfig,
    private readonly panes: () => Iterable<Pane>,
  ) {}

  /** What terminals are written in. */
  get font(): Font {
    const { fontFamily, fontSize: size } = this.settings.all;
    return { family: fontFamily || this.config.font_family, size: size || this.config.font_size };
  }

  /** The size of letters now, in CSS pixels. */
  get fontSize(): number {
    return this.font.size || fontSize(innerWidth);
  }

  /** Larger or smaller letters, by CSS pixels. */
  zoom(step: number): void {
    this.chooseSize(this.fontSize + step);
  }

  /** Letters of this size, or as near to it as they can be. */
  chooseSize(size: number): void {
    this.settings.set("fontSize", fitSize(size));
  }

  /** Paint the terminals, now and whenever the system looks different. */
  start(): void {
    const { settings, config } = this;
    this.repaint = followTheme(() => [settings.all.theme || config.theme, settings.all.own], (palette) => {
      this.palette = palette;
      for (const { view } of this.panes()) view?.paint(palette);
    });
  }

  /** The person has chosen something else. */
  renew(): void {
    this.repaint();
    for (const pane of this.panes()) {
      pane.useFont(this.font);
      this.serve(pane);
    }
  }

  /** A terminal is drawn for the first time. */
  begin(pane: Pane): void {
    if (this.palette) pane.view?.paint(this.palette);
    this.serve(pane);
  }

  /** What is no matter of colours and letters. */
  private serve({ view }: Pane): void {
    view?.readOut(this.settings.all.screenReader);
    view?.join(this.settings.all.ligatures);
  }
}
