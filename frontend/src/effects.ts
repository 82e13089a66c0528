/** What output and gestures set off beside the screen: pastes, copies, bells, marks of commands. */
import type { Terminal } from "@xterm/xterm";
import { WORTH_TELLING_MS } from "./alerts.ts";
import type { Around } from "./around.ts";
import { copyText, type CopyWishes, readClipboard } from "./clipboard.ts";
import { Images } from "./images/images.ts";
import { type Command, Marks } from "./marks.ts";
import type { Pane } from "./pane.ts";
import { watchPastes, worthAsking } from "./paste.ts";
import { TEXT } from "./text.ts";

const RINGING_MS = 600;

export class Effects {
  /** A paste that waits for a yes. */
  pasting = "";
  /** A bell has just rung. */
  ringing = false;
  /** What is said to those who do not see the terminal. */
  said = "";
  private marks: Marks | null = null;
  private terminal: Terminal | null = null;

  readonly copies: CopyWishes = {
    allowed: () => (this.pane.live ? this.around.choices.clipboard : "never"),
    offer: (copy) => this.pane.say(TEXT.copyOffer(copy.length), { copy }),
    tooMuch: (length) => this.pane.say(TEXT.copyTooMuch(length)),
  };

  constructor(
    private readonly pane: Pane,
    private readonly around: Around,
  ) {}

  start(terminal: Terminal, host: HTMLElement): void {
    this.terminal = terminal;
    this.marks = new Marks(terminal, {
      finished: (command) => this.finished(command),
      now: () => Date.now(),
      live: () => this.pane.live,
    });
    terminal.onBell(() => this.bell());
    new Images(terminal, () => this.around.choices.images);
    watchPastes(host, (text) => this.offered(text));
  }

  /** The person has seen what waits to be pasted, and wants it. */
  readonly paste = (): void => {
    const { pasting } = this;
    this.pasting = "";
    this.terminal?.paste(pasting);
    this.pane.focus();
  };

  /** Paste what is on the clipboard, where there are no keys for it. Begins at once, while the gesture counts. */
  readonly pasteClipboard = async (): Promise<void> => {
    const text = await readClipboard();
    if (text === null) this.pane.say(isSecureContext ? TEXT.mayNotPaste : TEXT.mayNotPasteHere);
    else if (text === "") this.pane.say(TEXT.nothingToPaste, { good: true });
    else if (this.offered(text)) return;
    else {
      this.pane.view?.settle();
      this.terminal?.paste(text);
    }
    this.pane.focus();
  };

  /** Go to the prompt before or after what is shown. */
  jump(step: 1 | -1, wanted?: (command: Command) => boolean): void {
    const command = this.marks?.nearest(step, wanted);
    if (command) {
      this.terminal?.scrollToLine(command.prompt.line);
      this.said = TEXT.commandSaid(command.text, command.exitCode);
      this.around.changed();
    } else {
      const any = (this.marks?.commands.length ?? 0) > 0;
      this.pane.say(any ? TEXT.noMoreCommands : TEXT.noCommands, { good: true });
    }
    this.pane.focus();
  }

  async copyLastOutput(): Promise<void> {
    const text = this.marks?.lastOutput() ?? null;
    if (text === null) this.pane.say(TEXT.noCommands, { good: true });
    else if (await copyText(text)) this.pane.say(TEXT.copied, { good: true });
    this.pane.focus();
  }

  /** A text comes by the clipboard or by a drop; true where it waits for a person. */
  private offered(text: string): boolean {
    const { paste } = this.around.choices;
    const bracketed = this.terminal?.modes.bracketedPasteMode ?? false;
    if (this.pane.status.kind === "viewer" || !worthAsking(text, paste, bracketed)) return false;
    this.pasting = text;
    this.around.askAboutPaste();
    return true;
  }

  private bell(): void {
    if (!this.pane.live) return;
    this.around.alert(this.pane, TEXT.bell);
    if (this.ringing || !this.around.choices.flash) return;
    this.ringing = true;
    this.around.changed();
    setTimeout(() => {
      this.ringing = false;
      this.around.changed();
    }, RINGING_MS);
  }

  private finished({ text, exitCode, milliseconds }: Command): void {
    if (milliseconds === null || milliseconds < WORTH_TELLING_MS) return;
    this.around.alert(this.pane, TEXT.commandFinished(text, exitCode, milliseconds / 1000));
  }
}
