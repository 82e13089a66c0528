/** What the browser says of the network and of the page's life, passed on to the terminals. */
import type { Pane } from "./pane.ts";

/** Listen for as long as the page lives; `panes` gives the terminals that there are then. */
export function watchTheBrowser(panes: () => Iterable<Pane>): void {
  const each = (act: (client: NonNullable<Pane["client"]>) => void) => {
    for (const { client } of panes()) if (client) act(client);
  };
  addEventListener("online", () => each((client) => client.nudge()));
  addEventListener("offline", () => each((client) => client.doubt()));
  document.addEventListener("visibilitychange", () => {
    if (!document.hidden) each((client) => client.nudge());
  });
  addEventListener("pagehide", () => each((client) => client.suspend()));
  addEventListener("pageshow", (event) => {
    if (event.persisted) each((client) => client.wake());
  });
  addEventListener("beforeunload", (event) => {
    for (const pane of panes()) if (pane.waiting > 0) event.preventDefault();
  });
}
