/** The menu, its sessions and the keys for phones, in English. */
import { unitsOf } from "../units.ts";

const { duration } = unitsOf("en");

export const MENU = {
  yourSessions: "Your sessions",
  thisSession: "This session:",
  sessionFallback: (id: string) => `Session ${id.slice(0, 8)}`,
  sessionSince: (seconds: number) => `started ${duration(seconds)} ago`,
  openHere: "open here",
  openAt: (count: number) => (count === 1 ? "open elsewhere" : `open in ${count} places`),
  keptFor: (seconds: number) => `kept for ${duration(seconds)}`,
  cells: (cols: number, rows: number) => `${cols}×${rows}`,
  end: "End",
  endOf: (name: string) => `End ${name}`,
  endOtherSure: "End it and the program in it?",
  endIt: "End it",
  keepIt: "Keep it",
  detached: "waiting",
  noSessions: "No other sessions.",
  menu: "Menu",
  signedInAs: (name: string) => `Signed in as ${name}`,
  keys: "Keys",
  moreKeys: "More keys",
  /** What is printed on a key, and how it is said. */
  keyNames: {
    Esc: ["Esc", "Escape"], Tab: ["Tab", "Tab"], ctrl: ["Ctrl", "Control"], alt: ["Alt", "Alt"], fn: ["Fn", "Function"],
    Left: ["←", "Left"], Up: ["↑", "Up"], Down: ["↓", "Down"], Right: ["→", "Right"],
    Home: ["Home", "Home"], End: ["End", "End"], PageUp: ["PgUp", "Page up"], PageDown: ["PgDn", "Page down"],
    Insert: ["Ins", "Insert"], Delete: ["Del", "Delete"],
  },
  othersWait: (count: number) =>
    count === 1
      ? "Another one of your terminals is waiting for you."
      : `${count} of your other terminals are waiting for you.`,
  showThem: "Show",
  rename: "Rename this session",
  renameAsk: "Name of this session; empty for none:",
  endSession: "End this session",
  saveOutput: "Save the output as text",
  endSessionSure: "End this session and the program in it?",
  administration: "Administration",
  logOut: "Log out",
  leaveHint: "Ctrl+F6 moves between terminal and menu",
} as const;
