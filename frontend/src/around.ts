/** What a terminal needs of the page around it, and of the browser. */
import type { Api } from "./api.ts";
import type { PageConfig } from "./config.ts";
import { Connection } from "./connection.ts";
import type { Font } from "./fitting.ts";
import type { Pane } from "./pane.ts";
import { SUBPROTOCOL } from "./protocol.ts";
import type { Choices } from "./settings.ts";
import type { Sticky } from "./touchkeys.ts";
import type { Surroundings } from "./world.ts";

export interface Around {
  readonly config: PageConfig;
  readonly api: Api;
  /** Modifiers that wait for the next key. */
  readonly sticky: Sticky;
  /** What terminals are written in. */
  readonly font: Font;
  /** What the person has chosen. */
  readonly choices: Readonly<Choices>;
  /** Something that is shown has changed. */
  changed(): void;
  /** The person wants letters of another size, in CSS pixels. */
  chooseSize(size: number): void;
  /** A text waits in the pane until a person has seen it. */
  askAboutPaste(): void;
  /** Something that somebody who does not look should hear of. */
  alert(pane: Pane, words: string): void;
  /** A session is behind the terminal, for the first time or again. */
  attached(pane: Pane, id: string): void;
}

/** Which session a terminal is to show; without one, a new one. */
export interface Wish {
  session: string | null;
  /** The name that its owner gave it. */
  name: string;
  /** The secret that it was shared with. */
  share: string | null;
  /** What a new session starts; without one, the usual program. */
  profile?: string;
}

/** A session that does not exist yet. */
export const NEW: Wish = { session: null, name: "", share: null };

/** The browser, as a client of a session needs it. */
export function browserWorld(api: Api, base: string): Surroundings {
  return {
    api,
    socket: () => new WebSocket(Connection.url(base, location), SUBPROTOCOL),
    timers: { set: (run, ms) => window.setTimeout(run, ms), clear: (id) => clearTimeout(id) },
    now: () => Date.now(),
    random: () => Math.random(),
    online: () => navigator.onLine,
  };
}

export function randomId(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}
