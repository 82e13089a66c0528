/** The messages of `tornterm.v1` as this page uses them; docs/protocol.md holds the rules. */

export const SUBPROTOCOL = "tornterm.v1";
/** The most bytes in one binary frame. */
export const MAX_BINARY = 64 * 1024;

export const CloseCode = {
  ENDED: 1000,
  GOING_AWAY: 1001,
  /** What a browser reports where nobody said anything. */
  LOST: 1006,
  POLICY: 1008,
  SPAWN_FAILED: 1011,
  TRY_LATER: 1013,
  PROTOCOL: 4400,
  LOGIN_ENDED: 4401,
  FORBIDDEN: 4403,
  NOT_FOUND: 4404,
  STALLED: 4408,
  REPLACED: 4409,
  EXPIRED: 4410,
} as const;

export interface Size {
  cols: number;
  rows: number;
}

export type Role = "writer" | "viewer";
export type Control = "take" | "keep";

/** What a new session may be asked to be. */
export interface Opening {
  profile?: string;
  title?: string;
}

export type ClientMessage =
  | ({ type: "open"; request: string; attempt: number } & Opening & Size)
  | ({
      type: "resume";
      session: string;
      token: string;
      offset: number | null;
      client?: string;
      attempt: number;
      control: Control;
    } & Size)
  | ({ type: "watch"; session: string; share: string } & Size)
  | { type: "request_control" }
  | { type: "grant_control"; client: string }
  | { type: "release_control" }
  | { type: "input"; lease: number }
  | { type: "ack"; offset: number }
  | ({ type: "resize" } & Size)
  | { type: "ping"; id?: number }
  | { type: "close" };

/** What `session` and `resumed` have in common. */
export interface Welcome extends Size {
  session: string;
  token: string;
  client: string;
  offset: number;
  role: Role;
  lease: number;
  window: number;
  input_offset: number;
  input_limit: number;
  grace: number;
  features?: string[];
}

export interface SessionMade extends Welcome {
  type: "session";
}

export interface Resumed extends Welcome {
  type: "resumed";
  mode: "exact" | "snapshot";
  skipped: number;
  answered: number;
  refused: number;
}

export interface SnapshotPart extends Size {
  type: "snapshot";
  first: boolean;
  last: boolean;
  bytes: number;
  offset?: number | null;
}

export interface InputAck {
  type: "input_ack";
  offset: number;
  limit: number;
  refused: number;
}

export interface RoleMessage {
  type: "role";
  role: Role;
  lease: number;
  input_limit: number;
}

export interface Member {
  client: string;
  user: string;
  role: Role;
  /** Whether it waits for the right to write. */
  asks?: boolean;
  /** Whether it can have that at all. */
  may_control?: boolean;
}

export interface Exited {
  type: "exit";
  exitCode: number | null;
  signal: number | null;
  /** Who ended it, where it did not end by itself. */
  message?: string;
  /** The same, for those who say it in another language. */
  code?: string;
  /** Seconds since the epoch. */
  ended?: number | null;
}

export interface ErrorMessage {
  type: "error";
  code: string;
  message: string;
  limit?: number | null;
  current?: number | null;
  retryAfter?: number | null;
}

export type ServerMessage =
  | SessionMade
  | Resumed
  | SnapshotPart
  | ({ type: "resize" } & Size)
  | InputAck
  | RoleMessage
  | { type: "clients"; clients: Member[] }
  | Exited
  | ErrorMessage
  | { type: "notice"; code: string; message: string }
  | { type: "pong"; id?: number | string | null };

const KNOWN: ReadonlySet<string> = new Set<ServerMessage["type"]>([
  "session", "resumed", "snapshot", "resize", "input_ack", "role",
  "clients", "exit", "error", "notice", "pong",
]);

/** Read a text frame; null where it is of a type that this page does not know. */
export function parse(text: string): ServerMessage | null {
  const value: unknown = JSON.parse(text);
  if (typeof value !== "object" || value === null || !("type" in value)) {
    throw new SyntaxError("a text frame is a JSON object with a type");
  }
  return KNOWN.has(String(value.type)) ? (value as ServerMessage) : null;
}

export function encode(message: ClientMessage): string {
  return JSON.stringify(message);
}
