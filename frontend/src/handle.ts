/** For tests and automation: what the page shows, without looking at pixels. */
import { textOf } from "./buffer.ts";
import type { Client } from "./client.ts";
import type { Page } from "./page.ts";
import type { TerminalView } from "./term.ts";

export function offerHandle(page: Page): void {
  const view = () => page.pane.view as TerminalView;
  const client = () => page.pane.client as Client;
  const handle = {
    /** The status, with its facts. */
    state: () => ({ ...client().status, waiting: page.pane.waiting, session: page.pane.session }),
    /** The text of the whole buffer, of this terminal or of another one. */
    text: (terminal = view().terminal) => textOf(terminal),
    /** Bytes of output that were handed to the terminal; null within a snapshot. */
    get offset() {
      return client().session.output.offset;
    },
    /** Bytes of output that the terminal has parsed. */
    get parsed() {
      return client().session.output.parsed;
    },
    /** Call back whenever output has been parsed; returns what ends that. */
    onParsed: (listener: () => void) => {
      const { parsed } = view();
      parsed.add(listener);
      return () => void parsed.delete(listener);
    },
    get terminal() {
      return view().terminal;
    },
  };
  Object.defineProperty(window, "tornterm", { value: handle });
}
