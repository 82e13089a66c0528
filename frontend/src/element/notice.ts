/** What the element says of its connection, where there is something to say. */
import { isStanding } from "../standing.ts";
import type { Status } from "../status.ts";
import { TEXT } from "../text.ts";

export type Deed = "take" | "now" | "again" | "send" | "discard" | "copy" | "dismiss";

export interface Notice {
  text: string;
  deeds: { label: string; deed: Deed }[];
  /** The code by which the server says it. */
  code?: string;
}

function notice(text: string, ...deeds: [string, Deed][]): Notice {
  return { text, deeds: deeds.map(([label, deed]) => ({ label, deed })) };
}

/**
 * The notice of a status; null where the terminal speaks for itself.
 *
 * @param now in milliseconds since the epoch
 * @param holder who has control, where this page only watches
 */
export function noticeOf(status: Status, now: number, holder = TEXT.viewerHint): Notice | null {
  switch (status.kind) {
    case "connecting":
      return null;
    case "live":
      return status.silent ? notice(TEXT.silentTitle) : null;
    case "viewer":
      return notice(status.silent ? TEXT.silentTitle : holder, [TEXT.takeControl, "take"]);
    case "reconnecting": {
      const seconds = Math.max(0, Math.ceil((status.at - now) / 1000));
      return notice(`${status.reason} ${TEXT.reconnectingIn(seconds)}`.trim(), [TEXT.now, "now"]);
    }
    case "replaced":
      return notice(TEXT.replaced, [TEXT.useHere, "take"]);
    case "ended":
      return notice(howItEnded(status), [TEXT.newSession, "again"]);
    case "expired":
      return notice(status.message, [TEXT.newSession, "again"]);
    case "missing":
      return notice(TEXT.missing, [TEXT.newSession, "again"]);
    case "unshared":
      return notice(TEXT.unshared);
    case "limit":
      return notice(status.message, [TEXT.tryAgain, "again"]);
    case "login":
      return notice(TEXT.login, [TEXT.tryAgain, "take"]);
    case "failed":
    case "refused":
      return notice(status.message || TEXT.refused, [TEXT.tryAgain, "again"]);
  }
}

function howItEnded(status: Extract<Status, { kind: "ended" }>): string {
  const { exitCode, signal, message } = status;
  if (signal !== null) return `${TEXT.endedSignal(signal)} ${message}`.trim();
  return exitCode === null ? message || TEXT.endedUnknown : TEXT.endedCode(exitCode);
}

/** What was typed and may be unwanted by now. */
export function heldNotice(bytes: number): Notice {
  return notice(`${TEXT.heldTitle(bytes)}.`, [TEXT.sendHeld, "send"], [TEXT.discard, "discard"]);
}

/** A program wants to copy, and the browser lets only a person do it. */
export function copyNotice(length: number): Notice {
  return notice(TEXT.copyOffer(length), [TEXT.copy, "copy"], [TEXT.dismiss, "dismiss"]);
}

/** A sentence that a person reads and sends away. */
export function sayNotice(text: string, code = ""): Notice {
  return { ...notice(text, [TEXT.dismiss, "dismiss"]), code };
}

/** What is left of it once the connection is back: how things stand is said again. */
export function stillSo(said: Notice | null): Notice | null {
  return isStanding(said?.code) ? null : said;
}
