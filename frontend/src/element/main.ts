/** The module that a page loads: defines the element, and gives its class to whoever imports it. */
import { TorntermTerminal } from "./element.ts";
import { defineSheets } from "../sheets.ts";

defineSheets();
// A page may load it twice, from two servers; the first one counts for both.
if (!customElements.get("tornterm-terminal")) {
  customElements.define("tornterm-terminal", TorntermTerminal);
}

export { TorntermTerminal };
export type { SearchOptions } from "./element.ts";
export type { Ticket, TicketSource } from "./tickets.ts";
