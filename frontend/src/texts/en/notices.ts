/** What is asked and told over the terminal: pastes, commands, copies, in English. */
import { unitsOf } from "../units.ts";

const { duration, plural } = unitsOf("en");

export const NOTICES = {
  pasteTitle: (lines: number, characters: number) =>
    lines > 1 ? `Paste ${plural(lines, "line", "lines")}?`
      : `Paste ${plural(characters, "character", "characters")}?`,
  pasteHint: "A program may run each line as soon as it has it.",
  pasteControl: "It holds control characters, which a program takes for keys or commands; they are marked.",
  pasteInvisible: "It holds characters that cannot be seen; they are marked.",
  hiddenCharacter: (codes: string) => `Hidden: ${codes}`,
  notShown: (characters: number) => `and ${plural(characters, "more character", "more characters")}`,
  pastePreview: "What would be pasted",
  paste: "Paste",
  mayNotPaste: "The browser does not let this page read the clipboard. Allow it in the browser's settings for this site, or paste with the keyboard.",
  mayNotPasteHere: "Browsers let only pages over HTTPS read the clipboard. Paste with the keyboard.",
  nothingToPaste: "There is no text on the clipboard.",
  cancel: "Cancel",
  bell: "A bell rang.",
  commandFinished: (text: string, exitCode: number | null, seconds: number) => {
    const how = exitCode === null || exitCode === 0 ? "Done" : `Failed (${exitCode})`;
    return `${how} after ${duration(seconds)}: ${text || "a command"}`;
  },
  commandSaid: (text: string, exitCode: number | null) =>
    `${text || "Prompt"}${exitCode ? `, failed with ${exitCode}` : ""}`,
  previousCommand: "Go to the previous command",
  nextCommand: "Go to the next command",
  previousFailed: "Go to the previous command that failed",
  copyOutput: "Copy what the last command printed",
  noCommands: "The shell does not mark its commands; the documentation says how it can.",
  noMoreCommands: "There are no more commands in that direction.",

  heldTitle: (bytes: number) => `${plural(bytes, "character was", "characters were")} not typed`,
  held: "They waited too long, or the terminal changed hands; they may be unwanted by now:",
  sendHeld: "Type them now",
  discard: "Discard",
  skipped: (bytes: number) =>
    `${plural(bytes, "byte", "bytes")} of older output were no longer kept; they are missing above.`,
  inputFull: "That was too much to keep while it cannot be sent; the last input was not taken.",
  viewerTyped: "You are watching. Take control to type.",
  installed: "Installed: it has a window and an icon of its own now.",
  openLink: (uri: string) => `Open ${uri}?`,
  copyOffer: (length: number) =>
    `A program wants to copy ${plural(length, "character", "characters")} to the clipboard.`,
  copyTooMuch: (length: number) =>
    `A program wanted to copy ${plural(length, "character", "characters")} to the clipboard; that is too much.`,
  copy: "Copy",
  dismiss: "Dismiss",
  copied: "Copied",
} as const;
