/** What the element tells the page of, as events; docs/embedding.md lists them. */
import type { Status } from "../status.ts";

/** The state of the connection, with its facts; `kind` is the state's name. */
export type State = Status & { session: string | null; waiting: number };

export class Telling {
  private told = "";
  private marked = "";

  constructor(private readonly element: HTMLElement) {}

  /** Tell of something; false where the page has said that it sees to it. */
  tell(name: string, detail: object): boolean {
    return this.element.dispatchEvent(new CustomEvent(name, { detail, cancelable: true }));
  }

  /** Tell of the state, where it is another than before; and once that the program has ended. */
  state(state: State): void {
    const facts = JSON.stringify(state);
    if (facts === this.told) return;
    const wasEnded = this.told.startsWith('{"kind":"ended"');
    this.told = facts;
    this.tell("state", state);
    if (state.kind !== "ended" || wasEnded) return;
    const { exitCode, signal, message } = state;
    this.tell("exit", { exitCode, signal, message });
  }

  /** Tell of what is selected, where it is something else than before. */
  selection(text: string): void {
    if (text === this.marked) return;
    this.marked = text;
    this.tell("selection", { text });
  }
}
