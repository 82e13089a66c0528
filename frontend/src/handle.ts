/** For tests and automation: what the page shows, without looking at pixels. */
import type { Page } from "./page.tsx";
import type { Tab } from "./tab.ts";
import type { TerminalView } from "./term.ts";

export function offerHandle(page: Page, tab: Tab, view: TerminalView): void {
  const handle = {
    /** The status, with its facts. */
    state: () => ({ ...tab.status, waiting: page.waiting, session: page.session }),
    /** The text of the whole buffer, of this terminal or of another one. */
    text: (terminal = view.terminal) => view.text(terminal),
    /** Bytes of output that were handed to the terminal; null within a snapshot. */
    get offset() {
      return tab.session.output.offset;
    },
    /** Bytes of output that the terminal has parsed. */
    get parsed() {
      return tab.session.output.parsed;
    },
    /** Call back whenever output has been parsed; returns what ends that. */
    onParsed: (listener: () => void) => {
      view.parsed.add(listener);
      return () => void view.parsed.delete(listener);
    },
    terminal: view.terminal,
  };
  Object.defineProperty(window, "tornterm", { value: handle });
}
