/** How a client in somebody else's page reaches the server: by the cookie, or by tickets. */
import { Api } from "../api.ts";
import { SUBPROTOCOL } from "../protocol.ts";
import { TicketDoor, type TicketSource } from "./tickets.ts";
import type { Surroundings } from "../world.ts";

/** Everything that a client needs of the browser; `base` is where the terminals are. */
export function surroundings(base: URL, source: TicketSource | null): Surroundings {
  if (!base.pathname.endsWith("/")) base.pathname += "/";
  const open = (ticket: string | null) => openSocket(base, ticket);
  const api = source ? new TicketDoor(source, open) : new Api(base.href);
  return {
    api,
    socket: () => (api instanceof TicketDoor ? api.socket() : open(null)),
    timers: { set: (run, ms) => window.setTimeout(run, ms), clear: (id) => clearTimeout(id) },
    now: () => Date.now(),
    random: () => Math.random(),
    online: () => navigator.onLine,
  };
}

function openSocket(base: URL, ticket: string | null): WebSocket {
  const address = new URL("ws", base);
  address.protocol = address.protocol === "https:" ? "wss:" : "ws:";
  return new WebSocket(address, ticket === null ? SUBPROTOCOL : [SUBPROTOCOL, `ticket.${ticket}`]);
}
