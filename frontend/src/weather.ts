/** What the browser says of the network and of the page's life, passed on to the terminals. */
import type { Pane } from "./pane.ts";

/** Listen for as long as the page lives; `panes` gives the terminals that there are then. */
export function watchTheBrowser(panes: () => Iterable<Pane>): void {
  const each = (act: (tab: NonNullable<Pane["tab"]>) => void) => {
    for (const { tab } of panes()) if (tab) act(tab);
  };
  addEventListener("online", () => each((tab) => tab.nudge()));
  addEventListener("offline", () => each((tab) => tab.doubt()));
  document.addEventListener("visibilitychange", () => {
    if (!document.hidden) each((tab) => tab.nudge());
  });
  addEventListener("pagehide", () => each((tab) => tab.suspend()));
  addEventListener("pageshow", (event) => {
    if (event.persisted) each((tab) => tab.wake());
  });
  addEventListener("beforeunload", (event) => {
    for (const pane of panes()) if (pane.waiting > 0) event.preventDefault();
  });
}
