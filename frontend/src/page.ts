/** The page: the terminal in it, and what is the page's own. */
import { actionsOf } from "./actions.ts";
import { Alerts, askToTell } from "./alerts.ts";
import { Api } from "./api.ts";
import { copyText } from "./clipboard.ts";
import { type PageConfig, readConfig, shareIn } from "./config.ts";
import { offerHandle } from "./handle.ts";
import { platformOf } from "./keys.ts";
import type { Message } from "./notices.tsx";
import { type Around, Pane } from "./pane.ts";
import { saveText } from "./save.ts";
import { type Choices, LARGEST, settingsFor, SMALLEST } from "./settings.ts";
import { matches } from "./shortcuts.ts";
import type { Font } from "./term.ts";
import { speakAs, TEXT } from "./text.ts";
import { followTheme, fontSize } from "./theme.ts";
import { Sticky } from "./touchkeys.ts";
import { watchTheBrowser } from "./weather.ts";

/** What lies over the terminal because a person asked for it. */
export type Overlay = "search" | "commands" | "settings" | "share" | "paste";

export class Page implements Around {
  readonly config = readConfig<PageConfig>();
  readonly api = new Api(this.config.base);
  readonly settings = settingsFor(this.config.base);
  readonly sticky = new Sticky();
  overlay: Overlay | null = null;
  onChange: () => void = () => undefined;

  /** The terminal that the keyboard and the menu belong to. */
  pane = new Pane(this, {
    session: this.config.session || null,
    name: this.config.session_title ?? "",
    share: this.config.session ? shareIn(location.hash) : null,
  });

  private readonly alerts = new Alerts(() => this.changed());
  private drawn = false;

  get choices(): Readonly<Choices> {
    return this.settings.all;
  }

  get title(): string {
    return this.pane.title || this.config.title || TEXT.product;
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

  start(host: HTMLElement): void {
    const { pane, settings } = this;
    pane.start(host);
    pane.view?.readOut(settings.all.screenReader);
    const paint = followTheme(
      () => settings.all.theme || this.config.theme,
      (palette) => pane.view?.paint(palette),
    );
    settings.whenChanged(() => {
      paint();
      pane.useFont(this.font);
      pane.view?.readOut(settings.all.screenReader);
      this.changed();
      void speakAs(settings.all.language).then(() => this.changed());
    });
    addEventListener("keydown", this.onKeyDown, { capture: true });
    watchTheBrowser(() => [pane]);
    offerHandle(this);
    pane.focus();
  }

  readonly leave = (): void => document.getElementById("menu")?.focus();

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

  readonly fullScreen = (): void => {
    const { documentElement: root, fullscreenElement } = document;
    if (fullscreenElement) {
      void document.exitFullscreen();
      return;
    }
    // Without this Escape would end the full screen instead of reaching the program.
    const { keyboard } = navigator as { keyboard?: { lock?(keys: string[]): Promise<void> } };
    const held = () => keyboard?.lock?.(["Escape"]);
    root.requestFullscreen().then(held).catch(() => this.pane.say(TEXT.noFullScreen));
  };

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
      document.title = (this.alerts.pending ? "● " : "") + this.title;
      this.onChange();
    });
  }

  /** Shortcuts are the page's wherever the keyboard is, but not while a dialog has it. */
  private readonly onKeyDown = (event: KeyboardEvent): void => {
    if (event.defaultPrevented || document.querySelector("dialog[open]")) return;
    const platform = platformOf(navigator.platform);
    const wanted = actionsOf(this).find(({ keys }) => keys.some((key) => matches(event, key, platform)));
    if (!wanted || wanted.id === "leave" || wanted.id === "copy") return; // the terminal's own
    event.preventDefault();
    event.stopPropagation();
    wanted.run();
  };

  /** Who comes back by the base address gets a new session; the others are not forgotten. */
  private async tellOfWaiting(pane: Pane): Promise<void> {
    const rows = await this.api.sessions().catch(() => []);
    const waiting = rows.filter(({ id, attached }) => attached === 0 && id !== pane.session).length;
    if (waiting > 0 && pane.unused) pane.say(TEXT.othersWait(waiting), { menu: true });
  }
}
