/** What the server says about sessions, users, events and itself. */

export interface SessionRow {
  id: string;
  user: string;
  title: string;
  profile: string;
  state: string;
  /** Seconds since the epoch. */
  created: number;
  cols: number;
  rows: number;
  attached: number;
  /** Bytes in all. */
  output: number;
  /** Bytes per second. */
  rate: number;
  expires: number | null;
}

export interface UserRow {
  name: string;
  groups: string[];
  admin: boolean;
  sessions: number;
  attached: number;
  logins: number;
  created: number;
  max_per_user: number;
  max_per_hour: number;
  group: string;
  in_group: number;
  max_in_group: number;
  near: number;
}

/** An event as a sink has kept it. */
export interface KeptRow {
  event: string;
  time: number;
  user: string;
  remote: string;
  session: string;
  facts: Record<string, unknown>;
}

export interface AuditRow extends KeptRow {
  number: number;
}

export interface OlderPage {
  /** The newest first. */
  events: KeptRow[];
  sink: string;
  /** Where the sink goes on; null where it has no more. */
  cursor: string | null;
}

export interface Sample {
  time: number;
  sessions: number;
  connections: number;
  output: number;
  delay: number;
  memory: number;
}

export type History = { interval: number } & { [name in keyof Sample]: number[] };

export interface Visitor {
  client: string;
  user: string;
  role: "writer" | "viewer";
  asks: boolean;
  may_control: boolean;
  remote: string;
  behind: number;
}

export interface SessionDetails {
  session: Omit<SessionRow, "rate">;
  people: Visitor[];
  pid: number | null;
  scrollback: number;
  queued: number;
  shares: number;
  screen_lost: boolean;
}

export interface PluginHook {
  hook: string;
  calls: number;
  errors: number;
  seconds: number;
  longest: number;
  blocked: number;
}

export interface PluginRow extends Omit<PluginHook, "hook" | "longest"> {
  name: string;
  distribution: string;
  version: string;
  order: number;
  trouble: { time: number; hook: string; why: string } | null;
  hooks: PluginHook[];
}

export interface ServerFacts {
  version: string;
  started: number;
  now: number;
  sessions: number;
  max_sessions: number;
  connections: number;
  logins: number;
  audit_lost: number;
  draining: boolean;
  reloadable: boolean;
}

export interface AdminConfig {
  base: string;
  title: string;
  theme: "auto" | "light" | "dark";
  user: { name: string; display_name?: string } | null;
  /** Whether there is a plugin that records sessions. */
  recordings: boolean;
  /** Whether there is a plugin that gives older events. */
  older: boolean;
}
