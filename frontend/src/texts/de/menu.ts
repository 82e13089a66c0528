/** The menu, its sessions and the keys for phones, in German. */
import type { MENU as ENGLISH } from "../en/menu.ts";
import type { Widened } from "../languages.ts";
import { unitsOf } from "../units.ts";

const { duration } = unitsOf("de");

export const MENU: Widened<typeof ENGLISH> = {
  yourSessions: "Ihre Sitzungen",
  thisSession: "Diese Sitzung:",
  sessionFallback: (id) => `Sitzung ${id.slice(0, 8)}`,
  sessionSince: (seconds) => `vor ${duration(seconds)} begonnen`,
  openHere: "hier offen",
  openAt: (count) => (count === 1 ? "anderswo offen" : `an ${count} Orten offen`),
  keptFor: (seconds) => `bleibt noch ${duration(seconds)}`,
  cells: (cols, rows) => `${cols}×${rows}`,
  end: "Beenden",
  endOf: (name) => `${name} beenden`,
  endOtherSure: "Mit dem Programm darin beenden?",
  endIt: "Ja, beenden",
  keepIt: "Behalten",
  detached: "wartet",
  noSessions: "Keine anderen Sitzungen.",
  menu: "Menü",
  signedInAs: (name) => `Angemeldet als ${name}`,
  keys: "Tasten",
  moreKeys: "Mehr Tasten",
  /** What is printed on a key, and how it is said. */
  keyNames: {
    Esc: ["Esc", "Escape"], Tab: ["Tab", "Tabulator"], ctrl: ["Strg", "Steuerung"], alt: ["Alt", "Alt"], fn: ["Fn", "Funktion"],
    Left: ["←", "Links"], Up: ["↑", "Hoch"], Down: ["↓", "Runter"], Right: ["→", "Rechts"],
    Home: ["Pos1", "Anfang"], End: ["Ende", "Ende"], PageUp: ["Bild↑", "Seite hoch"], PageDown: ["Bild↓", "Seite runter"],
    Insert: ["Einfg", "Einfügen"], Delete: ["Entf", "Entfernen"],
  },
  othersWait: (count) =>
    count === 1
      ? "Ein anderes Ihrer Terminals wartet auf Sie."
      : `${count} andere Ihrer Terminals warten auf Sie.`,
  showThem: "Zeigen",
  rename: "Diese Sitzung umbenennen",
  renameAsk: "Name dieser Sitzung; leer für keinen:",
  endSession: "Diese Sitzung beenden",
  saveOutput: "Ausgabe als Text speichern",
  endSessionSure: "Diese Sitzung und das Programm darin beenden?",
  administration: "Verwaltung",
  logOut: "Abmelden",
  leaveHint: "Strg+F6 wechselt zwischen Terminal und Menü",
};
