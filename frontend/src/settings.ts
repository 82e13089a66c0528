/** What a person has chosen for this browser; it is kept here and nowhere else. */
import { LARGEST, SMALLEST } from "./letters.ts";
import { KEPT } from "./own.ts";

export const THEMES = [
  "auto", "light", "dark", "contrast",
  "solarized-dark", "solarized-light", "dracula", "nord", "gruvbox", "monokai", "own",
] as const;
export type ThemeName = (typeof THEMES)[number];

const LANGUAGE_NAMES = ["", "en", "de", "fr"] as const;
export const PASTE = ["always", "unbracketed", "never"] as const;
export const CLIPBOARD = ["gesture", "ask", "never"] as const;

export interface Choices {
  /** "" for what the server says. */
  theme: ThemeName | "";
  /** The palette that the person has brought, as `own.ts` keeps it; "" where there is none. */
  own: string;
  /** "" for what the browser says. */
  language: (typeof LANGUAGE_NAMES)[number];
  /** In CSS pixels; 0 for what the server says. */
  fontSize: number;
  /** As in CSS; "" for what the server says. */
  fontFamily: string;
  /** Whether signs that a font draws as one are drawn so. */
  ligatures: boolean;
  /** When a paste is shown before the program gets it: also where it takes pastes as a whole? */
  paste: (typeof PASTE)[number];
  /** When programs may put something on the clipboard. */
  clipboard: (typeof CLIPBOARD)[number];
  /** Whether the system tells of bells and finished commands while the page is hidden. */
  notify: boolean;
  /** Whether a bell is shown. */
  flash: boolean;
  /** Whether pictures that programs print are shown. */
  images: boolean;
  /** Whether the terminal's lines are there for screen readers, and new ones are read out. */
  screenReader: boolean;
}

const UNCHOSEN: Choices = {
  theme: "", own: "", language: "", fontSize: 0, fontFamily: "", ligatures: false,
  paste: "always", clipboard: "gesture", notify: false, flash: true, images: true, screenReader: false,
};

const isBoolean = (value: unknown): value is boolean => typeof value === "boolean";

function oneOf<T>(all: readonly T[]): (value: unknown) => value is T {
  return (value): value is T => (all as readonly unknown[]).includes(value);
}

/** Only what is known and of the right kind: what is stored may be of another version, or anybody's. */
const CHECKS: { [K in keyof Choices]: (value: unknown) => value is Choices[K] } = {
  theme: oneOf(["", ...THEMES]),
  own: (value): value is string => value === "" || (typeof value === "string" && KEPT.test(value)),
  fontSize: (value): value is number =>
    Number.isInteger(value) && (value === 0 || ((value as number) >= SMALLEST && (value as number) <= LARGEST)),
  fontFamily: (value): value is string => typeof value === "string" && value.length <= 500,
  ligatures: isBoolean,
  language: oneOf(LANGUAGE_NAMES),
  paste: oneOf(PASTE),
  clipboard: oneOf(CLIPBOARD),
  notify: isBoolean,
  flash: isBoolean,
  images: isBoolean,
  screenReader: isBoolean,
};

export type Storage = Pick<globalThis.Storage, "getItem" | "setItem" | "removeItem">;

export class Settings {
  private chosen: Choices = { ...UNCHOSEN };
  private readonly listeners = new Set<() => void>();

  /**
   * @param key under which they are kept
   * @param storage the browser's; null where it lets nothing be kept
   */
  constructor(
    private readonly key: string,
    private readonly storage: Storage | null = browserStorage(),
  ) {
    this.load();
  }

  get all(): Readonly<Choices> {
    return this.chosen;
  }

  /** Choose something; what is not fit is passed over. */
  set<K extends keyof Choices>(name: K, value: Choices[K]): void {
    if (!CHECKS[name](value) || this.chosen[name] === value) return;
    this.chosen = { ...this.chosen, [name]: value };
    this.keep();
    this.tell();
  }

  /** Forget everything that was chosen. */
  clear(): void {
    this.chosen = { ...UNCHOSEN };
    this.keep();
    this.tell();
  }

  /** Call back after each change, also one in another window; returns what ends that. */
  whenChanged(listener: () => void): () => void {
    this.listeners.add(listener);
    return () => void this.listeners.delete(listener);
  }

  /** Another window has changed what is stored. */
  readonly stored = (event: Pick<StorageEvent, "key">): void => {
    if (event.key !== this.key && event.key !== null) return;
    this.load();
    this.tell();
  };

  private load(): void {
    let found: unknown;
    try {
      found = JSON.parse(this.storage?.getItem(this.key) ?? "{}");
    } catch {
      found = {};
    }
    const stored = (typeof found === "object" && found !== null ? found : {}) as Record<string, unknown>;
    const fit = Object.entries(CHECKS).filter(([name, check]) => check(stored[name]));
    this.chosen = { ...UNCHOSEN, ...Object.fromEntries(fit.map(([name]) => [name, stored[name]])) };
  }

  private keep(): void {
    const names = Object.keys(UNCHOSEN) as (keyof Choices)[];
    const own = names.filter((name) => this.chosen[name] !== UNCHOSEN[name]);
    const kept = Object.fromEntries(own.map((name) => [name, this.chosen[name]]));
    try {
      if (own.length === 0) this.storage?.removeItem(this.key);
      else this.storage?.setItem(this.key, JSON.stringify(kept));
    } catch {
      // A full or forbidden storage: the choice is good until the page is left.
    }
  }

  private tell(): void {
    for (const listener of this.listeners) listener();
  }
}

/** The browser's storage; asking for it throws where it is forbidden. */
export function browserStorage(): Storage | null {
  try {
    return localStorage;
  } catch {
    return null;
  }
}

/** Where the settings of a page are kept: several servers can be at one origin, at other paths. */
export function settingsFor(base: string): Settings {
  const settings = new Settings(`tornterm:${base}`);
  addEventListener("storage", settings.stored);
  return settings;
}
