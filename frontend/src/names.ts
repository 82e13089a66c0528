/** What sessions are called: in the same words in tabs, in lists, and where it is asked whether to end one. */
import type { SessionRow } from "./api.ts";
import type { Page } from "./page.ts";
import type { Pane } from "./pane.ts";
import { TEXT } from "./text.ts";

/**
 * A terminal of this page, behind the number of its tab where there are several: by the name that its owner
 * gave it, else as its program calls itself, else by what tells its session from all others.
 */
export function nameOf(page: Page, pane: Pane): string {
  const { desk } = page;
  const name = pane.title || (pane.shows ? TEXT.sessionFallback(pane.shows) : page.titleOf(pane));
  return desk.tabs.length > 1 ? `${desk.positionOf(pane) + 1} ${name}` : name;
}

/** A session of a list: what is open here is called as its terminal is. */
export function nameOfRow(page: Page, row: SessionRow): string {
  const pane = page.paneWith(row.id);
  return pane ? nameOf(page, pane) : row.title || TEXT.sessionFallback(row.id);
}
