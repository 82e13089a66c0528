/** The page: the terminal in it, and what is the page's own. */
import { listenForKeys } from "./actions.ts";
import { Alerts, askToTell } from "./alerts.ts";
import { Api, type Profile, type SessionRow } from "./api.ts";
import { type Around, NEW } from "./around.ts";
import { textOf } from "./buffer.ts";
import { copyText } from "./clipboard.ts";
import { type PageConfig, readConfig } from "./config.ts";
import { type DeskTab, Desk } from "./desk.ts";
import type { Font } from "./fitting.ts";
import { turnFullScreen } from "./fullscreen.ts";
import { offerHandle } from "./handle.ts";
import { Installing } from "./install.ts";
import { type Direction, panesOf } from "./layout.ts";
import { Looks } from "./looks.ts";
import type { Message } from "./notices.tsx";
import { Pane } from "./pane.ts";
import { saveText } from "./save.ts";
import { type Choices, settingsFor } from "./settings.ts";
import { speakAs, TEXT } from "./text.ts";
import { Sticky } from "./touchkeys.ts";
import { followKeyboard } from "./viewport.ts";
import { keepWhatWaits, watchTheBrowser } from "./weather.ts";
import { Whereabouts } from "./whereabouts.ts";

/** What lies over the terminal because a person asked for it. */
export type Overlay = "search" | "commands" | "settings" | "share" | "paste";

export class Page implements Around {
  readonly config = readConfig<PageConfig>();
  readonly api = new Api(this.config.base);
  readonly settings = settingsFor(this.config.base);
  readonly sticky = new Sticky();
  readonly desk = new Desk((wish) => new Pane(this, wish), () => this.moved());
  readonly looks = new Looks(this.settings, this.config, () => this.allPanes);
  readonly installing = new Installing(() => this.changed(), () => this.pane.say(TEXT.installed, { good: true }));
  overlay: Overlay | null = null;
  /** What new terminals can start besides the usual program. */
  profiles: readonly Profile[] = [];
  onChange: () => void = () => undefined;

  private readonly whereabouts = new Whereabouts(this);
  private readonly alerts = new Alerts(() => this.changed());
  private drawn = false;
  /** The terminal waits to be drawn to have the keyboard. */
  private expected = false;

  constructor() {
    this.whereabouts.open();
  }

  /** The terminal that the keyboard and the menu belong to. */
  get pane(): Pane {
    return this.desk.pane;
  }

  /** All terminals of this window. */
  private get allPanes(): Pane[] {
    return [...this.desk.panes.values()];
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

  /** The terminal of this page that shows a session; null where none does. */
  paneWith(session: string): Pane | null {
    return this.allPanes.find(({ shows }) => shows === session) ?? null;
  }

  get font(): Font {
    return this.looks.font;
  }

  start(): void {
    const { settings, looks } = this;
    looks.start();
    settings.whenChanged(() => {
      looks.renew();
      this.changed();
      void speakAs(settings.all.language, this.config.base).then(() => {
        for (const { view } of this.allPanes) view?.renew();
        this.changed();
      });
    });
    listenForKeys(this);
    watchTheBrowser(() => this.allPanes.map(({ client }) => client));
    keepWhatWaits(() => this.allPanes.some(({ waiting }) => waiting > 0));
    followKeyboard();
    offerHandle(this);
    this.pane.focus();
    this.changed();
    if (this.desk.panes.size > 1) void this.whereabouts.nameRestored();
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
    this.looks.begin(pane);
    if (pane === this.pane) pane.focus();
  }

  /** The person has gone to a terminal. */
  activate(pane: Pane): void {
    this.desk.activate(pane);
  }

  /** Show a terminal of this page, wherever it is. */
  goTo(pane: Pane): void {
    this.desk.activate(pane);
    this.toPane();
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
    const { sessions } = this.whereabouts;
    if (!this.desk.close(pane)) return;
    this.whereabouts.keep(sessions);
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
    const { sessions } = this.whereabouts;
    this.desk.renew(pane, row ? { session: row.id, name: row.title, share: null } : { ...NEW, profile: pane.wish.profile ?? "" });
    this.whereabouts.keep(sessions);
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

  chooseSize(size: number): void {
    this.looks.chooseSize(size);
  }

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

  readonly turnScreenReader = (): void => {
    const on = !this.choices.screenReader;
    this.settings.set("screenReader", on);
    this.pane.say(on ? TEXT.screenReaderOn : TEXT.screenReaderOff, { good: true });
  };

  /** Let the browser install the page, after its own question. */
  readonly install = async (): Promise<void> => {
    await this.installing.ask();
    this.pane.focus();
  };

  readonly fullScreen = (): void => turnFullScreen(() => this.pane.say(TEXT.noFullScreen));

  /** Everything that this page's terminal still holds, as a text file. */
  readonly saveOutput = (): void => {
    if (this.pane.view) saveText(this.title, textOf(this.pane.view.terminal));
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
    const first = this.whereabouts.isFirst(pane);
    this.moved();
    if (first && this.config.user) void this.whereabouts.tellOfWaiting(pane);
  }

  private moved(): void {
    this.changed();
    this.whereabouts.moved();
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
}
