/** Where the page is: its address, the layout that is kept, and what somebody finds who comes back. */
import { NEW, type Wish } from "./around.ts";
import { profileIn, shareIn } from "./config.ts";
import { Layouts, sessionsOf } from "./layouts.ts";
import type { Page } from "./page.ts";
import type { Pane } from "./pane.ts";
import { browserStorage } from "./settings.ts";
import { TEXT } from "./text.ts";

export class Whereabouts {
  private readonly layouts: Layouts;

  constructor(private readonly page: Page) {
    const { base, user } = page.config;
    this.layouts = new Layouts(`tornterm:${base}:layouts:${user?.name ?? ""}`, browserStorage());
  }

  /** Open what the address says, with the terminals that were beside it when it was last seen. */
  open(): void {
    const { config, desk } = this.page;
    const session = config.session || null;
    const wish: Wish = {
      session,
      name: config.session_title ?? "",
      share: session ? shareIn(location.hash) : null,
      profile: session ? "" : profileIn(location.search),
    };
    const kept = session && !wish.share ? this.layouts.with(session) : null;
    if (kept) {
      const other = (id: string): Wish => ({ ...NEW, session: id });
      desk.restore(kept, (id) => (id === session ? wish : other(id)));
      for (const pane of desk.panes.values()) if (pane.wish === wish) desk.activate(pane);
    } else desk.open(wish);
  }

  /** What was kept knows no names, and nothing of sessions that have ended since. */
  async nameRestored(): Promise<void> {
    const { page } = this;
    const rows = await page.api.sessions().catch(() => null);
    if (!rows) return;
    for (const pane of [...page.desk.panes.values()]) {
      const row = rows.find(({ id }) => id === pane.wish.session);
      if (row) pane.name ||= row.title;
      else if (pane !== page.pane && pane.wish.session !== null) page.close(pane);
    }
    page.changed();
  }

  /** What is shown has moved, come or gone: the address and what is kept follow. */
  moved(): void {
    const { page } = this;
    const { session, guest } = page.pane;
    if (session === null || guest) return;
    const here = `${page.config.base}s/${session}`;
    if (location.pathname !== here) history.replaceState(null, "", here);
    if (page.mayOpen) this.keep([]);
  }

  /** Keep the layout in place of what showed these sessions `before`. */
  keep(before: readonly string[]): void {
    this.layouts.keep(this.page.desk.layout, before);
  }

  /** The sessions that are shown, to be given to `keep` after a change. */
  get sessions(): string[] {
    return sessionsOf(this.page.desk.layout);
  }

  /** Whether a terminal is the first one of somebody who came by the base address. */
  isFirst(pane: Pane): boolean {
    return pane.unused && this.page.desk.panes.size === 1 && !location.pathname.includes("/s/");
  }

  /** Who comes back by the base address gets a new session; the others are not forgotten. */
  async tellOfWaiting(pane: Pane): Promise<void> {
    const rows = await this.page.api.sessions().catch(() => []);
    const waiting = rows.filter(({ id, attached }) => attached === 0 && id !== pane.session).length;
    if (waiting > 0 && pane.unused) pane.say(TEXT.othersWait(waiting), { menu: true });
  }
}
