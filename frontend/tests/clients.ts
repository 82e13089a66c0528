/** A client in a world that the test makes. */
import { Client } from "../src/client.ts";
import { FakeScreen, FakeSocket, FakeTimers } from "./fakes.ts";

export const SIZE = { cols: 90, rows: 30 };

/** A client of a new session, or of one that there is, with everything around it. */
export function clientWith(id: string | null = null, share: string | null = null) {
  const sockets: FakeSocket[] = [];
  const timers = new FakeTimers();
  const said: string[] = [];
  const world = {
    api: {
      token: async (): Promise<string> => "fetched",
      me: async (): Promise<void> => undefined,
    },
    socket: (): FakeSocket | Promise<FakeSocket> => {
      const socket = new FakeSocket();
      sockets.push(socket);
      return socket;
    },
    timers,
    now: () => timers.now,
    random: () => 1,
    online: () => true,
  };
  const events = {
    changed: () => undefined,
    attached: (session: string) => said.push(`attached ${session}`),
    skipped: (bytes: number) => said.push(`skipped ${bytes}`),
    notice: (code: string) => said.push(`notice ${code}`),
  };
  const client = new Client(new FakeScreen(true), world, events, SIZE, "wish", id, share);
  return { client, sockets, timers, said, world, last: () => sockets.at(-1)! };
}

/** Let promises that are already settled go on. */
export const settle = () => new Promise((resolve) => setImmediate(resolve));
