/** Which key presses mean the clipboard or the page, and not the terminal. */

export type Platform = "mac" | "windows" | "other";

export type KeyAction =
  /** The terminal gets it. */
  | "terminal"
  /** Copy the selection. */
  | "copy"
  /** Copy the selection and give it up, so that the next press reaches the program. */
  | "copy-and-clear"
  /** The browser pastes by itself; the terminal must not see the key. */
  | "browser"
  /** Move between terminal and menu. */
  | "leave";

export interface KeyPress {
  type: string;
  key: string;
  code: string;
  ctrlKey: boolean;
  shiftKey: boolean;
  altKey: boolean;
  metaKey: boolean;
}

export function platformOf(name: string): Platform {
  if (/mac|iphone|ipad/i.test(name)) return "mac";
  return /win/i.test(name) ? "windows" : "other";
}

export function actionOf(press: KeyPress, platform: Platform, hasSelection: boolean): KeyAction {
  if (press.type !== "keydown" || press.altKey) return "terminal";
  const { ctrlKey, shiftKey, metaKey, key } = press;
  if (platform === "mac" && metaKey && !ctrlKey) {
    if (key.toLowerCase() === "c") return hasSelection ? "copy" : "browser";
    return key.toLowerCase() === "v" ? "browser" : "terminal";
  }
  if (metaKey) return "terminal";
  if (ctrlKey && key === "F6") return "leave";
  if (key === "Insert") {
    if (ctrlKey && !shiftKey) return hasSelection ? "copy" : "terminal";
    return shiftKey && !ctrlKey ? "browser" : "terminal";
  }
  if (!ctrlKey || platform === "mac") return "terminal";
  // By letter, and by position where the layout has no such letter.
  const letter = /^[a-z]$/i.test(key) ? key.toLowerCase() : press.code.replace("Key", "").toLowerCase();
  if (shiftKey) {
    if (letter === "c") return "copy";
    return letter === "v" ? "browser" : "terminal";
  }
  if (platform === "windows") {
    if (letter === "c" && hasSelection) return "copy-and-clear";
    if (letter === "v") return "browser";
  }
  return "terminal";
}
