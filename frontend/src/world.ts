/** What a client of a session needs of the browser, and what it tells the page. */
import type { Api } from "./api.ts";
import type { SocketLike, Timers } from "./connection.ts";

export interface Surroundings {
  api: Pick<Api, "token" | "me">;
  /** A way to the server; one that has to be got first may fail like a request. */
  socket(): SocketLike | Promise<SocketLike>;
  timers: Timers;
  now(): number;
  random(): number;
  online(): boolean;
}

export interface ClientEvents {
  /** Status, role, waiting input or held input changed. */
  changed(): void;
  attached(id: string): void;
  skipped(bytes: number): void;
  notice(code: string, message: string): void;
}
