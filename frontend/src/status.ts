/** Everything that a person can be told about the connection, as values. */
import { told } from "./codes.ts";
import type { ErrorMessage, Exited } from "./protocol.ts";

export type Status =
  | { kind: "connecting" }
  /** `silent`: the server has not answered for a while. */
  | { kind: "live"; silent: boolean }
  | { kind: "viewer"; silent: boolean }
  | { kind: "reconnecting"; at: number; reason: string; goingAway: boolean }
  | { kind: "replaced" }
  | { kind: "ended"; exitCode: number | null; signal: number | null; message: string; at: Date | null; known: boolean }
  | { kind: "expired"; message: string }
  | { kind: "missing" }
  | { kind: "unshared" }
  | { kind: "limit"; code: string; message: string; limit: number | null; current: number | null; retryAt: number | null }
  /** `gone`: found out afterwards, so nobody knows whether the server still has what ran. */
  | { kind: "login"; gone: boolean }
  | { kind: "failed"; message: string }
  | { kind: "refused"; message: string };

export type Kind = Status["kind"];

/** What is left of a session that nothing brings back by itself. */
export type Final = Exclude<Status, { kind: "connecting" | "live" | "viewer" | "reconnecting" }>;

const FINAL: ReadonlySet<Kind> = new Set<Final["kind"]>([
  "replaced", "ended", "expired", "missing", "unshared", "limit", "login", "failed", "refused",
]);

export function isFinal(status: Status): status is Final {
  return FINAL.has(status.kind);
}

/** Whether the connection stands and says nothing any more. */
export function isSilent(status: Status): boolean {
  return (status.kind === "live" || status.kind === "viewer") && status.silent;
}

export function ended(exit: Exited | null): Final {
  return {
    kind: "ended",
    exitCode: exit?.exitCode ?? null,
    signal: exit?.signal ?? null,
    message: told(exit?.code ?? "", exit?.message ?? ""),
    at: exit?.ended ? new Date(exit.ended * 1000) : null,
    known: exit !== null,
  };
}

export function limited(error: ErrorMessage, now: number): Final {
  const retryAfter = error.retryAfter ?? null;
  return {
    kind: "limit",
    code: error.code,
    message: error.message,
    limit: error.limit ?? null,
    current: error.current ?? null,
    retryAt: retryAfter === null ? null : now + retryAfter * 1000,
  };
}
