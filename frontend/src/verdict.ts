/** What a closed connection or a failed request means: pure, so that tests can go through every code. */
import { ApiError } from "./api.ts";
import { CloseCode, type ErrorMessage, type Exited } from "./protocol.ts";
import { ended, type Final, limited } from "./status.ts";
import { TEXT } from "./text.ts";

export type Verdict =
  /** `least`: milliseconds to wait, if not longer. */
  | { then: "retry"; reason: string; goingAway: boolean; least?: number }
  | { then: "token" }
  | { then: "stop"; status: Final };

export interface Facts {
  error: ErrorMessage | null;
  exit: Exited | null;
  /** Whether this page has been taken up by a session at some time. */
  hasSession: boolean;
  /** Whether the token that was refused had been fetched for this very attempt. */
  freshToken: boolean;
  /** Whether this page came with a share. */
  guest: boolean;
  now: number;
}

const LIMITS: ReadonlySet<string> = new Set([
  "server_full", "user_limit", "group_limit", "user_rate", "ip_rate", "viewer_limit", "audit_unavailable",
]);

/** Where a token is not good any more the share may still be, and where it is not, nothing is. */
const SHARE_MAY_HELP: ReadonlySet<number> = new Set([
  CloseCode.LOGIN_ENDED, CloseCode.FORBIDDEN, CloseCode.NOT_FOUND,
]);

/** Statuses that stay until an operator changes something: the origin or the host is not allowed. */
const REFUSED: ReadonlySet<number> = new Set([403, 421]);

function retry(reason = "", goingAway = false): Extract<Verdict, { then: "retry" }> {
  return { then: "retry", reason, goingAway };
}

function stop(status: Final): Verdict {
  return { then: "stop", status };
}

export function judge(code: number, facts: Facts): Verdict {
  const { error, exit } = facts;
  if (exit) return stop(ended(exit));
  if (facts.guest && SHARE_MAY_HELP.has(code)) {
    return facts.freshToken ? stop({ kind: "unshared" }) : { then: "token" };
  }
  switch (code) {
    case CloseCode.ENDED:
      return stop(ended(null));
    case CloseCode.GOING_AWAY:
      return retry(TEXT.goingAway, true);
    case CloseCode.TRY_LATER:
      // A session that exists is not concerned by a limit; there it means "come back later".
      if (error && LIMITS.has(error.code) && !facts.hasSession) return stop(limited(error, facts.now));
      return retry(error?.message ?? "");
    case CloseCode.SPAWN_FAILED:
      if (error?.code === "spawn_failed") return stop({ kind: "failed", message: error.message });
      return retry(TEXT.serverTrouble);
    case CloseCode.LOGIN_ENDED:
      return stop({ kind: "login", gone: false });
    case CloseCode.NOT_FOUND:
      return facts.hasSession && !facts.freshToken ? { then: "token" } : stop({ kind: "missing" });
    case CloseCode.EXPIRED:
      return stop({ kind: "expired", message: error?.message ?? TEXT.expired });
    case CloseCode.REPLACED:
      return stop({ kind: "replaced" });
    case CloseCode.FORBIDDEN:
    case CloseCode.PROTOCOL:
    case CloseCode.POLICY:
      return stop({ kind: "refused", message: error?.message ?? TEXT.refused });
    case CloseCode.STALLED:
      return retry(TEXT.stalled);
    default:
      return retry();
  }
}

export interface Circumstances {
  /** Whether a share is all that the page has to show. */
  guest: boolean;
  online: boolean;
}

/** What a request has shown about every connection, not about one session. */
export function judgeRequest(error: unknown, { guest, online }: Circumstances): Verdict {
  if (!(error instanceof ApiError)) return retry(online ? TEXT.unreachable : TEXT.offline);
  // Nobody is logged in where a share is all that there is, and it is good for nothing now.
  if (error.status === 401) return stop(guest ? { kind: "unshared" } : { kind: "login", gone: true });
  if (REFUSED.has(error.status)) return stop({ kind: "refused", message: error.message });
  return { ...retry(error.message || TEXT.serverTrouble), least: (error.retryAfter ?? 0) * 1000 };
}

/** What asking for a session's token has shown. */
export function judgeToken(error: unknown, circumstances: Circumstances): Verdict {
  if (error instanceof ApiError && error.status === 404) return stop({ kind: "missing" });
  if (error instanceof ApiError && error.status === 410) return stop({ kind: "expired", message: error.message });
  return judgeRequest(error, circumstances);
}
