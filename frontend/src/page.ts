/** The page: the terminal in it, and what is the page's own. */
import { listenForKeys } from "./actions.ts";
import { Alerts, askToTell } from "./alerts.ts";
import { Api, type Profile, type SessionRow } from "./api.ts";
import { type Around, NEW, type Wish } from "./around.ts";
import { copyText } from "./clipboard.ts";
import { type DeskTab, Desk } from "./desk.ts";
import { type PageConfig, profileIn, readConfig, shareIn } from "./config.ts";
import { offerHandle } from "./handle.ts";
import { turnFullScreen } from "./fullscreen.ts";
import { type Direction, panesOf } from "./layout.ts";
import { Layouts, sessionsOf } from "./layouts.ts";
import type { Message } from "./notices.tsx";
import type { Palette } from "./palettes.ts";
import { Pane } from "./pane.ts";
import { saveText } from "./save.ts";
import { browserStorage, type Choices, LARGEST, settingsFor, SMALLEST } from "./settings.ts";
import type { Font } from "./term.ts";
import { speakAs, TEXT } from "./text.ts";
import { followTheme, fontSize } from "./theme.ts";
import { Sticky } from "./touchkeys.ts";
import { followKeyboard } from "./viewport.ts";
import { watchTheBrowser } from "./weather.ts";

/** What lies over the terminal because a person asked for it. */
export type Overlay = "search" | "commands" | "settings" | "share" | "paste";

export class Page implements Around {
  readonly config = readConfig<PageConfig>();
  readonly api = new Api(this.config.base);
  readonly settings = settingsFor(this.config.base);
  readonly sticky = new Sticky();
  readonly desk = new Desk((wish) => new Pane(this, wish), () => this.moved());
  overlay: Overlay | null = null;
  /** What new terminals can start besides the usual program. */
  profiles: readonly Profile[] = [];
  onChange: () => void = () => undefined;

  private readonly layouts = new Layouts(
    `tornterm:${this.config.base}:layouts:${this.config.user?.name ?? ""}`, browserStorage(),
  );
  private readonly alerts = new Alerts(() => this.changed());
  private paint: () => void = () => undefined;
  private palette: Palette | null = null;
  private drawn = false;
  /** The terminal waits to be drawn to have the keyboard. */
  private expected = false;

  constructor() {
    const session = this.config.session || null;
    const wish: Wish = {
      session,
      name: this.config.session_title ?? "",
      share: session ? shareIn(location.hash) : null,
      profile: session ? "" : profileIn(location.search),
    };
    const kept = session && !wish.share ? this.layouts.with(session) : null;
    if (kept) {
      const other = (id: string): Wish => ({ session: id, name: "", share: null });
      this.desk.restore(kept, (id) => (id === session ? wish : other(id)));
      for (const pane of this.desk.panes.values()) if (pane.wish === wish) this.desk.activate(pane);
    } else this.desk.open(wish);
  }

  /** The terminal that the keyboard and the menu belong to. */
  get pane(): Pane {
    return this.desk.pane;
  }

  /** Whether this person may have several terminals; who came with a link has that one. */
  get mayOpen(): boolean {
    return this.config.user !== null && !this.pane.guest;
  }

  get choices(): Readonly<Choices> {
    return this.settings.all;
  }

  get title(): string {
    return this.titleOf(this.pane);
  }

  titleOf(pane: Pane): string {
    return pane.title || this.config.title || TEXT.product;
  }

  /** What terminals are written in: what was chosen, else what the server says. */
  get font(): Font {
    const { fontFamily, fontSize: size } = this.settings.all;
    return { family: fontFamily || this.config.font_family, size: size || this.config.font_size };
  }

  /** The size of letters now, in CSS pixels. */
  get fontSize(): number {
    return this.font.size || fontSize(innerWidth);
  }

  start(): void {
    const { settings } = this;
    this.paint = followTheme(() => [settings.all.theme || this.config.theme, settings.all.own], (palette) => {
      this.palette = palette;
      for (const pane of this.desk.panes.values()) pane.view?.paint(palette);
    });
    settings.whenChanged(() => {
      this.paint();
      for (const pane of this.desk.panes.values()) {
        pane.useFont(this.font);
        pane.view?.readOut(settings.all.screenReader);
        pane.view?.join(settings.all.ligatures);
      }
      this.changed();
      void speakAs(settings.all.language).then(() => this.changed());
    });
    listenForKeys(this);
    watchTheBrowser(() => this.desk.panes.values());
    followKeyboard();
    offerHandle(this);
    this.pane.focus();
    this.changed();
    if (this.desk.panes.size > 1) void this.nameRestored();
    if (this.config.user) void this.learnProfiles();
  }

  private async learnProfiles(): Promise<void> {
    try {
      this.profiles = await this.api.profiles();
      this.changed();
    } catch {
      // The usual program can be started all the same.
    }
  }

  /** A terminal is drawn for the first time. */
  begin(pane: Pane, host: HTMLElement): void {
    pane.start(host);
    if (this.palette) pane.view?.paint(this.palette);
    pane.view?.readOut(this.choices.screenReader);
    pane.view?.join(this.choices.ligatures);
    if (pane === this.pane) pane.focus();
  }

  /** The person has gone to a terminal. */
  activate(pane: Pane): void {
    this.desk.activate(pane);
  }

  /** The keyboard goes to the terminal that is used, as soon as that is drawn. */
  toPane(): void {
    this.expected = true;
    this.changed();
  }

  /** All of it is drawn. */
  readonly drawnNow = (): void => {
    if (this.expected) this.pane.focus();
    this.expected = false;
  };

  /** Show the tab at a place; beyond the last comes the first. */
  showTab(at: number): void {
    this.desk.show(at);
    this.toPane();
  }

  readonly openTab = (): void => void this.desk.open(NEW);

  /** A new tab with another program than the usual one. */
  openProfile(profile: string): void {
    this.desk.open({ ...NEW, profile });
  }

  /** A new terminal beside this one or below it; with a profile, another program than the usual one. */
  readonly split = (across: boolean, profile = ""): void => void this.desk.split({ ...NEW, profile }, across);

  /** Close a terminal; its session waits for its person, as long as it does for anybody. */
  close(pane: Pane): void {
    const before = sessionsOf(this.desk.layout);
    if (!this.desk.close(pane)) return;
    this.keep(before);
    this.toPane();
  }

  closeTab(tab: DeskTab): void {
    for (const key of panesOf(tab.tree)) {
      const pane = this.desk.panes.get(key);
      if (pane) this.close(pane);
    }
  }

  /** Another session in the place of a terminal; without one, a new one. */
  renew(pane: Pane, row: SessionRow | null): void {
    const before = sessionsOf(this.desk.layout);
    this.desk.renew(pane, row ? { session: row.id, name: row.title, share: null } : { ...NEW, profile: pane.wish.profile ?? "" });
    this.keep(before);
    this.toPane();
  }

  /** The tab that is shown goes beside the terminal of the one before it. */
  joinPrevious(): void {
    const { desk } = this;
    const before = desk.tabs[desk.position - 1] ?? desk.tabs[desk.position + 1];
    if (!before) return;
    desk.join(desk.tab, desk.paneOf(before), "Right");
    this.toPane();
  }

  go(direction: Direction): void {
    this.desk.go(direction);
    this.toPane();
  }

  /** Show something over the terminal, in place of what is there; null goes back to the terminal. */
  readonly show = (overlay: Overlay | null): void => {
    // At once: nothing outside an open dialog can have the keyboard.
    document.querySelector<HTMLDialogElement>("dialog[open]")?.close();
    this.overlay = overlay;
    this.changed();
    if (overlay === null) this.pane.focus();
  };

  readonly hide = (): void => this.show(null);

  askAboutPaste(): void {
    this.show("paste");
  }

  alert(pane: Pane, words: string): void {
    const { notify } = this.choices;
    this.alerts.tell(pane.title || this.config.title || TEXT.product, words, pane.session ?? "", notify);
  }

  /** Have the system tell of things while the page is hidden, if the person lets the browser. */
  readonly notify = async (on: boolean): Promise<void> => {
    const may = on && (await askToTell());
    if (on && !may) this.pane.say(TEXT.mayNotTell);
    this.settings.set("notify", may);
    this.changed();
  };

  /** Larger or smaller letters, by CSS pixels. */
  zoom(step: number): void {
    const size = Math.min(LARGEST, Math.max(SMALLEST, this.fontSize + step));
    this.settings.set("fontSize", size);
  }

  readonly turnScreenReader = (): void => {
    const on = !this.choices.screenReader;
    this.settings.set("screenReader", on);
    this.pane.say(on ? TEXT.screenReaderOn : TEXT.screenReaderOff, { good: true });
  };

  readonly fullScreen = (): void => turnFullScreen(() => this.pane.say(TEXT.noFullScreen));

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
    this.openMenu();
  };

  readonly openMenu = (): void => {
    const menu = document.getElementById("menu");
    menu?.click();
    menu?.focus();
  };

  attached(pane: Pane, _id: string): void {
    const first = pane.unused && this.desk.panes.size === 1 && !location.pathname.includes("/s/");
    this.moved();
    if (first && this.config.user) void this.tellOfWaiting(pane);
  }

  /** What is shown has moved, come or gone: the address and what is kept follow. */
  private moved(): void {
    this.changed();
    const { session, guest } = this.pane;
    if (session === null || guest) return;
    const here = `${this.config.base}s/${session}`;
    if (location.pathname !== here) history.replaceState(null, "", here);
    if (this.mayOpen) this.keep([]);
  }

  private keep(before: readonly string[]): void {
    this.layouts.keep(this.desk.layout, before);
  }

  /** What was kept knows no names, and nothing of sessions that have ended since. */
  private async nameRestored(): Promise<void> {
    const rows = await this.api.sessions().catch(() => null);
    if (!rows) return;
    for (const pane of [...this.desk.panes.values()]) {
      const row = rows.find(({ id }) => id === pane.wish.session);
      if (row) pane.name ||= row.title;
      else if (pane !== this.pane && pane.wish.session !== null) this.close(pane);
    }
    this.changed();
  }

  /** Draw once per turn, however much has changed. */
  changed(): void {
    if (this.drawn) return;
    this.drawn = true;
    queueMicrotask(() => {
      this.drawn = false;
      document.title = (this.alerts.pending ? "● " : "") + this.title;
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
