/** Search in what a terminal holds; the add-on is fetched when somebody searches. */
import type { ISearchOptions, SearchAddon } from "@xterm/addon-search";
import type { Terminal } from "@xterm/xterm";
import { luminance } from "./own.ts";

export interface Found {
  /** Which of them is shown, from 1; 0 where none is, or they are too many to be numbered. */
  at: number;
  count: number;
}

export interface Wanted {
  text: string;
  caseSensitive: boolean;
  regex: boolean;
}

/** More are not marked, so that a search for one letter stops nobody. */
const MOST_MARKED = 1000;

/** What is the same on every ground. */
const RULER = { matchOverviewRuler: "#c99700", activeMatchColorOverviewRuler: "#0060df" };

/** The colours of the marks on a ground; the one that is shown stands out most. */
export function marksOn(ground: string) {
  return luminance(ground) > 0.4
    ? { ...RULER, matchBackground: "#ffdf80", activeMatchBackground: "#0050c0", activeMatchBorder: "#000000" }
    : { ...RULER, matchBackground: "#6a4f00", activeMatchBackground: "#2f7df0", activeMatchBorder: "#ffffff" };
}

export class Search {
  found: Found | null = null;
  /** Whether the pattern cannot be read. */
  invalid = false;
  private addon: Promise<SearchAddon> | null = null;
  private way = "";

  constructor(
    private readonly terminal: Terminal,
    private readonly changed: () => void,
  ) {}

  /** Go to the next one, or with `back` the one before; while typing, stay where it still fits. */
  async find(wanted: Wanted, { back = false, typing = false } = {}): Promise<void> {
    const addon = await this.load();
    this.invalid = wanted.regex && !readable(wanted.text);
    if (!wanted.text || this.invalid) {
      this.clear(addon);
      return;
    }
    const { text, caseSensitive, regex } = wanted;
    // The add-on counts anew for another text, but not for the same one looked for in another way.
    const way = `${caseSensitive} ${regex}`;
    if (way !== this.way) addon.clearDecorations();
    this.way = way;
    const options: ISearchOptions = { caseSensitive, regex, decorations: marksOn(this.terminal.options.theme?.background ?? "#000000") };
    const any = back ? addon.findPrevious(text, options)
      : addon.findNext(text, { ...options, incremental: typing });
    if (!any) this.found = { at: 0, count: 0 };
    this.changed();
  }

  /**
   * Scroll so that what was found is not below something.
   *
   * @param cover what lies over the terminal
   * @returns whether it is below it nevertheless, because there is nothing to scroll
   */
  covered(cover: Element): boolean {
    if (!this.isBelow(cover)) return false;
    const { terminal } = this;
    const at = (terminal.getSelectionPosition()?.start.y ?? 0) - terminal.buffer.active.viewportY;
    terminal.scrollLines(at - Math.floor(terminal.rows / 2));
    return this.isBelow(cover);
  }

  private isBelow(cover: Element): boolean {
    const { terminal } = this;
    const found = terminal.getSelectionPosition();
    const screen = terminal.element?.querySelector(".xterm-screen")?.getBoundingClientRect();
    if (!found || !screen) return false;
    const box = cover.getBoundingClientRect();
    const height = screen.height / terminal.rows;
    const top = screen.top + (found.start.y - terminal.buffer.active.viewportY) * height;
    const right = screen.left + ((found.end.y > found.start.y ? terminal.cols : found.end.x) * screen.width) / terminal.cols;
    return top < box.bottom && top + height > box.top && right > box.left;
  }

  /** The marks go; what was found stays selected, to be copied. */
  async end(): Promise<void> {
    if (this.addon) this.clear(await this.addon);
  }

  private clear(addon: SearchAddon): void {
    addon.clearDecorations();
    this.found = null;
    this.changed();
  }

  private load(): Promise<SearchAddon> {
    this.addon ??= import("@xterm/addon-search").then(({ SearchAddon }) => {
      const addon = new SearchAddon({ highlightLimit: MOST_MARKED });
      this.terminal.loadAddon(addon);
      addon.onDidChangeResults(({ resultIndex, resultCount }) => {
        this.found = { at: resultIndex + 1, count: resultCount };
        this.changed();
      });
      return addon;
    });
    return this.addon;
  }
}

function readable(pattern: string): boolean {
  try {
    new RegExp(pattern);
    return true;
  } catch {
    return false;
  }
}
