/** Search in what a terminal holds; the add-on is fetched when somebody searches. */
import type { ISearchOptions, SearchAddon } from "@xterm/addon-search";
import type { Terminal } from "@xterm/xterm";

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

/** The marks have their own colours, which have to be seen on every theme. */
const DECORATIONS = {
  matchBackground: "#7a5c00",
  matchOverviewRuler: "#c99700",
  activeMatchBackground: "#0060df",
  activeMatchBorder: "#ffffff",
  activeMatchColorOverviewRuler: "#0060df",
};

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
    const options: ISearchOptions = { caseSensitive, regex, decorations: DECORATIONS };
    const any = back ? addon.findPrevious(text, options)
      : addon.findNext(text, { ...options, incremental: typing });
    if (!any) this.found = { at: 0, count: 0 };
    this.changed();
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
