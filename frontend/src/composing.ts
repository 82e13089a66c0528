/**
 * Keyboards that compose: they tell of no keys but change the text of a field, now or later, and
 * change it again. What is typed is what changes in the field, once, however the events come:
 * xterm.js shows what is composed, and would lose and double some of it.
 */

const COMPOSED_KEY = 229; // the code that browsers give to keys whose meaning comes later
/** Shift, Control, Alt and the lock of capitals do not end a composition. */
const MODIFIERS: ReadonlySet<number> = new Set([16, 17, 18, 20]);
const DELETE = "\x7f";

/** What has to be typed so that one text becomes another one that begins in the same way. */
export function change(before: string, after: string): string {
  const old = Array.from(before);
  const now = Array.from(after);
  let same = 0;
  while (same < old.length && old[same] === now[same]) same += 1;
  return DELETE.repeat(old.length - same) + now.slice(same).join("").replace(/\n/g, "\r");
}

/** Whether a press of a key says nothing but that the keyboard composes. */
function composed({ keyCode }: KeyboardEvent): boolean {
  return keyCode === COMPOSED_KEY;
}

export interface Composer {
  type(text: string): void;
  /** Whether a modifier waits, so that the next letter is wanted now and not with its word. */
  eager(): boolean;
  /** Nothing is composed any more, and the terminal sends nothing of it. */
  drop(): void;
  /** A composition has ended, and the terminal leaves it to this to send it. */
  leave(): void;
}

export class Composing {
  /** The field's text when the composition began; null while nothing is composed. */
  private start: string | null = null;
  /** The field's text of which everything has been typed; null where the terminal looks after it. */
  private typed: string | null = null;
  /** Whether a key is down. */
  private down = false;

  constructor(private readonly field: HTMLTextAreaElement, private readonly composer: Composer) {
    field.addEventListener("keydown", (event) => {
      this.flush();
      this.down = true;
      this.typed = composed(event) && this.start === null ? field.value : null;
    }, true);
    field.addEventListener("keyup", () => {
      this.flush();
      this.down = false;
      this.typed = null;
    }, true);
    // The terminal stops those that it takes for its own, but not before this.
    field.addEventListener("input", (event) => this.changed(event as InputEvent), true);
    field.addEventListener("compositionstart", () => {
      this.flush();
      this.typed = null;
      this.start = field.value;
    });
    field.addEventListener("compositionend", () => this.ended());
  }

  /** A key is pressed: true where the terminal has to leave it to the text that it changes. */
  pressed(event: KeyboardEvent): boolean {
    if (event.type !== "keydown") return false;
    if (composed(event)) return true;
    this.flush();
    if (this.start !== null && !MODIFIERS.has(event.keyCode)) this.settle();
    return false;
  }

  /** Type at once what is being composed: something else comes after it. */
  settle(): void {
    const { field, start } = this;
    this.flush();
    this.typed = null;
    if (start !== null) this.giveUp(start);
    // What the keyboard believes to stand before the cursor may not be there any more.
    else field.value = "";
  }

  private changed({ inputType, data }: InputEvent): void {
    const { field, start } = this;
    // Without a key the terminal takes what is inserted for its own.
    if (inputType === "insertText" && data && !this.down) this.typed = null;
    else if (start === null) this.flush();
    else if (field.value !== start && this.composer.eager()) this.giveUp(start);
  }

  /** Type what was composed since the field had this text, and have keyboard and terminal forget it. */
  private giveUp(start: string): void {
    const { value } = this.field;
    this.start = null;
    this.field.value = "";
    // Browsers do not say that the composition is over where a page has ended it.
    this.composer.drop();
    this.composer.type(change(start, value));
  }

  private ended(): void {
    if (this.start === null) return;
    this.typed = this.start;
    this.start = null;
    this.composer.leave();
    // Some browsers change the field only after they have said so.
    setTimeout(() => {
      this.flush();
      if (!this.down) this.typed = null;
    });
  }

  /** Type all that the field has got. */
  private flush(): void {
    const { typed, field } = this;
    if (typed === null) return;
    this.typed = field.value;
    this.composer.type(change(typed, field.value));
  }
}
