/** Pictures among the cells: xterm.js's add-on keeps and draws them, once they have been decoded here. */
import { ImageAddon } from "@xterm/addon-image";
import type { Terminal } from "@xterm/xterm";
import { areaOf, readInline, type Room } from "./iterm.ts";
import { colours, drawSixel, MOST_PIXELS, pixelOf } from "./sixel.ts";

/** Of pictures that a terminal keeps, in MiB; the oldest go first. */
const MOST_KEPT = 64;

/** The add-on's own decoders are WebAssembly, which the page's policy does not let run. */
const OPTIONS = {
  sixelSupport: false,
  iipSupport: false,
  pixelLimit: MOST_PIXELS,
  storageLimit: MOST_KEPT,
};

/** Where the add-on keeps pictures; it tells nobody. */
interface Inside {
  _storage: { addImage(picture: HTMLCanvasElement | ImageBitmap): void };
}

export class Pictures {
  private readonly addon = new ImageAddon(OPTIONS);
  private readonly registers = colours();

  constructor(private readonly terminal: Terminal) {
    terminal.loadAddon(this.addon);
  }

  /** @param transparent whether what is not painted shows what lies below */
  sixel(data: string, transparent: boolean): void {
    const ground = transparent ? 0 : pixelOf(this.terminal.options.theme?.background);
    const picture = drawSixel(data, this.registers, ground);
    if (!picture) return;
    const canvas = document.createElement("canvas");
    canvas.width = picture.width;
    canvas.height = picture.height;
    const image = new ImageData(picture.pixels, picture.width, picture.height);
    canvas.getContext("2d")?.putImageData(image, 0, 0);
    this.add(canvas);
  }

  async inline(data: string): Promise<void> {
    const inline = readInline(data);
    const area = inline && areaOf(inline, roomOf(this.terminal));
    if (!inline || !area) return;
    const blob = new Blob([inline.bytes], { type: inline.mime });
    const { width: resizeWidth, height: resizeHeight } = area;
    this.add(await createImageBitmap(blob, { resizeWidth, resizeHeight, resizeQuality: "high" }));
  }

  private add(picture: HTMLCanvasElement | ImageBitmap): void {
    (this.addon as unknown as Inside)._storage.addImage(picture);
  }
}

function roomOf(terminal: Terminal): Room {
  const { width, height } = terminal.element?.querySelector(".xterm-screen")?.getBoundingClientRect() ?? {
    width: terminal.cols * 8,
    height: terminal.rows * 16,
  };
  return {
    screen: { width, height },
    cell: { width: width / terminal.cols, height: height / terminal.rows },
  };
}
