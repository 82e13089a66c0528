/** Pictures that programs print: what shows them is fetched when the first one comes. */
import type { Terminal } from "@xterm/xterm";
import type { Pictures } from "./draw.ts";

/** A picture that cannot be had must not hold back what is printed after it. */
const PATIENCE_MS = 10_000;

/** A VT220 that knows sixels, character sets and colours. */
const DEVICE = "\x1b[?62;4;9;22c";

type Parameters = (number | number[])[];

export class Images {
  private pictures: Promise<Pictures> | null = null;

  /**
   * @param terminal where they are shown
   * @param wanted whether the person wants to see any
   */
  constructor(
    private readonly terminal: Terminal,
    private readonly wanted: () => boolean,
  ) {
    const { parser } = terminal;
    // What programs measure pictures by.
    terminal.options.windowOptions = {
      getWinSizePixels: true, getCellSizePixels: true, getWinSizeChars: true,
    };
    parser.registerDcsHandler({ final: "q" }, (data, parameters) =>
      this.show((pictures) => pictures.sixel(data, parameters[1] === 1)));
    parser.registerOscHandler(1337, (data) =>
      data.startsWith("File=") && this.show((pictures) => pictures.inline(data)));
    parser.registerCsiHandler({ final: "c" }, (parameters) => this.ask(parameters));
    parser.registerCsiHandler({ prefix: "?", final: "S" }, (parameters) => this.askGraphics(parameters));
  }

  /** The parser waits for it, so that a picture stands where it was printed. */
  private show(draw: (pictures: Pictures) => void | Promise<void>): boolean | Promise<boolean> {
    if (!this.wanted()) return true;
    const drawn = this.load().then(draw);
    return new Promise((resolve) => {
      const go = () => {
        clearTimeout(late);
        resolve(true);
      };
      const late = setTimeout(go, PATIENCE_MS);
      // A picture that is broken is not shown; there is nobody whom it would help to say more.
      drawn.then(go, go);
    });
  }

  private load(): Promise<Pictures> {
    this.pictures ??= import("./draw.ts").then(({ Pictures }) => new Pictures(this.terminal));
    this.pictures.catch(() => (this.pictures = null)); // The next picture may find the server again.
    return this.pictures;
  }

  /** What kind of terminal this is, which is how programs learn that they may send sixels. */
  private ask(parameters: Parameters): boolean {
    if (!this.wanted() || parameters[0]) return false;
    this.terminal.input(DEVICE, false);
    return true;
  }

  /** How many colours there are, and how large a picture may be (XTSMGRAPHICS). */
  private askGraphics([item, action]: Parameters): boolean {
    if (!this.wanted() || (action !== 1 && action !== 4)) return false;
    const screen = this.terminal.element?.querySelector(".xterm-screen");
    const answer = item === 1 ? "256" : `${screen?.clientWidth ?? 0};${screen?.clientHeight ?? 0}`;
    if (item === 1 || item === 2) this.terminal.input(`\x1b[?${item};0;${answer}S`, false);
    return item === 1 || item === 2;
  }
}
