/** The page: the terminal in it, and what is the page's own. */
import { Api } from "./api.ts";
import { copyText } from "./clipboard.ts";
import { type PageConfig, readConfig, shareIn } from "./config.ts";
import { offerHandle } from "./handle.ts";
import type { Message } from "./notices.tsx";
import { type Around, Pane } from "./pane.ts";
import { saveText } from "./save.ts";
import { TEXT } from "./text.ts";
import { followTheme } from "./theme.ts";
import { Sticky } from "./touchkeys.ts";
import { watchTheBrowser } from "./weather.ts";

export class Page implements Around {
  readonly config = readConfig<PageConfig>();
  readonly api = new Api(this.config.base);
  readonly sticky = new Sticky();
  onChange: () => void = () => undefined;

  /** The terminal that the keyboard and the menu belong to. */
  pane = new Pane(this, {
    session: this.config.session || null,
    name: this.config.session_title ?? "",
    share: this.config.session ? shareIn(location.hash) : null,
  });

  private drawn = false;

  get title(): string {
    return this.pane.title || this.config.title || TEXT.product;
  }

  start(host: HTMLElement): void {
    const { pane } = this;
    pane.start(host);
    followTheme(this.config.theme, (theme, dark) => pane.view?.paint(theme, dark));
    watchTheBrowser(() => [pane]);
    offerHandle(this);
    pane.focus();
  }

  readonly leave = (): void => document.getElementById("menu")?.focus();

  /** Everything that this page's terminal still holds, as a text file. */
  readonly saveOutput = (): void => {
    if (this.pane.view) saveText(this.title, this.pane.view.text());
    this.pane.focus();
  };

  readonly logOut = async (): Promise<void> => {
    try {
      await this.api.logout();
    } finally {
      location.assign(this.config.logout ?? `${this.config.base}login`);
    }
  };

  readonly copyMessage = async (message: Message): Promise<void> => {
    if (await copyText(message.copy ?? "")) this.pane.dismiss(message);
    this.pane.focus();
  };

  /** Open the menu, which lists the sessions. */
  readonly showMenu = (message: Message): void => {
    this.pane.dismiss(message);
    const menu = document.getElementById("menu");
    menu?.click();
    menu?.focus();
  };

  attached(pane: Pane, id: string): void {
    const here = `${this.config.base}s/${id}`;
    if (location.pathname === here) return;
    history.replaceState(null, "", here);
    if (this.config.user) void this.tellOfWaiting(pane);
  }

  /** Draw once per turn, however much has changed. */
  changed(): void {
    if (this.drawn) return;
    this.drawn = true;
    queueMicrotask(() => {
      this.drawn = false;
      document.title = this.title;
      this.onChange();
    });
  }

  /** Who comes back by the base address gets a new session; the others are not forgotten. */
  private async tellOfWaiting(pane: Pane): Promise<void> {
    const rows = await this.api.sessions().catch(() => []);
    const waiting = rows.filter(({ id, attached }) => attached === 0 && id !== pane.session).length;
    if (waiting > 0 && pane.unused) pane.say(TEXT.othersWait(waiting), { menu: true });
  }
}
