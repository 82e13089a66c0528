/** Notices of the server's that say how something stands, until another one says that it does not any more. */

/** What says that, and of which. */
const OVER: ReadonlyMap<string, string> = new Map([
  ["unwatched", "watched"],
  ["going_on", "waiting"],
  ["screen_whole", "screen"],
]);
const STANDING: ReadonlySet<string> = new Set(OVER.values());

/** Whether it only says that something is over, and need not stay. */
export function isOver(code: string): boolean {
  return OVER.has(code);
}

/** Whether a notice of the code `before` is not right any more once one of `code` has come. */
export function takesPlace(code: string, before: string | undefined): boolean {
  return before !== undefined && (before === code || before === OVER.get(code));
}

/** Whether the server says it again to whoever comes back, if it is still so. */
export function isStanding(code: string | undefined): boolean {
  return code !== undefined && STANDING.has(code);
}
