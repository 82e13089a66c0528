/** Tickets from the server of the page around the element, where it is not the terminals' own. */
import { ApiError } from "../api.ts";

export interface Ticket {
  ticket: string;
  /** A resume token, where a session was asked for. */
  token?: string;
}

/** Gets a ticket; with a session's id also a token for it. What it throws is tried again later. */
export type TicketSource = (wish: { session?: string }) => Promise<Ticket>;

/** What an element's `ticket-src` names; null where it has none. */
export function ticketsOf(element: Element): TicketSource | null {
  const address = element.getAttribute("ticket-src");
  return address ? ticketsFrom(new URL(address, document.baseURI).href) : null;
}

/** Asks an address of the page's own for tickets. */
export function ticketsFrom(address: string): TicketSource {
  return async (wish) => {
    const response = await fetch(address, {
      method: "POST",
      cache: "no-store",
      headers: { Accept: "application/json", "Content-Type": "application/json" },
      body: JSON.stringify(wish),
    });
    if (response.ok) return (await response.json()) as Ticket;
    const wait = Number(response.headers.get("Retry-After") ?? Number.NaN);
    const retryAfter = Number.isFinite(wait) ? wait : null;
    throw new ApiError(response.status, "", response.statusText, retryAfter);
  };
}

/** What a client asks over HTTP and where its sockets come from, by tickets alone. */
export class TicketDoor {
  private ready: string | null = null;

  constructor(
    private readonly source: TicketSource,
    private readonly open: (ticket: string) => WebSocket,
  ) {}

  async token(session: string): Promise<string> {
    const { ticket, token } = await this.source({ session });
    this.ready = ticket;
    if (!token) throw new ApiError(404, "not_found", "");
    return token;
  }

  /** Whether there is still somebody to whom tickets are given. */
  async me(): Promise<void> {
    await this.source({});
  }

  async socket(): Promise<WebSocket> {
    const ticket = this.ready ?? (await this.source({})).ticket;
    this.ready = null;
    return this.open(ticket);
  }
}
