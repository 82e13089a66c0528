/** What the browser says of the network and of the page's life, passed on to the terminals. */
import type { Client } from "./client.ts";

/** Listen until `signal`; `clients` gives those that there are then. */
export function watchTheBrowser(clients: () => Iterable<Client | null>, signal?: AbortSignal): void {
  const each = (act: (client: Client) => void) => {
    for (const client of clients()) if (client) act(client);
  };
  const options = signal ? { signal } : {};
  addEventListener("online", () => each((client) => client.nudge()), options);
  addEventListener("offline", () => each((client) => client.doubt()), options);
  document.addEventListener("visibilitychange", () => {
    if (!document.hidden) each((client) => client.nudge());
  }, options);
  addEventListener("pagehide", () => each((client) => client.suspend()), options);
  addEventListener("pageshow", (event) => {
    if (event.persisted) each((client) => client.wake());
  }, options);
}

/** Have the browser ask before the page is left while something that was typed is on its way. */
export function keepWhatWaits(waiting: () => boolean): void {
  addEventListener("beforeunload", (event) => {
    if (waiting()) event.preventDefault();
  });
}
