/** The HTTP side of the server, as far as the page needs it. */
import { told } from "./codes.ts";

export interface SessionRow {
  id: string;
  title: string;
  /** What it started with; "" for the usual program. */
  profile: string;
  state: string;
  created: number;
  cols: number;
  rows: number;
  /** How many connections are attached. */
  attached: number;
  /** Seconds since the epoch at which it ends if nobody comes; null if it is not waiting. */
  expires: number | null;
}

/** Another program than the usual one, for a new terminal. */
export interface Profile {
  name: string;
  /** What people read. */
  label: string;
}

export interface Share {
  id: string;
  /** Whether its holders may ask for control. */
  control: boolean;
  /** Seconds since the epoch. */
  expires: number;
  /** How many connections came by it. */
  watching: number;
}

export class ApiError extends Error {
  constructor(
    readonly status: number,
    readonly code: string,
    message: string,
    readonly retryAfter: number | null = null,
  ) {
    super(told(code, message));
  }
}

export class Api {
  constructor(
    private readonly base: string,
    private readonly fetcher: typeof fetch = (...args) => fetch(...args),
  ) {}

  /** A new resume token for a session of one's own. */
  async token(id: string): Promise<string> {
    const body = await this.call<{ token: string }>(
      "POST",
      `api/sessions/${encodeURIComponent(id)}/token`,
      {},
    );
    return body.token;
  }

  async sessions(): Promise<SessionRow[]> {
    const body = await this.call<{ sessions: SessionRow[] }>("GET", "api/sessions");
    return body.sessions;
  }

  async profiles(): Promise<Profile[]> {
    return (await this.call<{ profiles: Profile[] }>("GET", "api/profiles")).profiles;
  }

  /** Give a session of one's own another name; gives the name that it has now. */
  async rename(id: string, title: string): Promise<string> {
    const path = `api/sessions/${encodeURIComponent(id)}`;
    return (await this.call<{ session: SessionRow }>("PATCH", path, { title })).session.title;
  }

  /** End a session of one's own; done when its program is gone. */
  async end(id: string): Promise<void> {
    await this.call("DELETE", `api/sessions/${encodeURIComponent(id)}`);
  }

  /** The shares of a session of one's own. */
  async shares(id: string): Promise<Share[]> {
    return (await this.call<{ shares: Share[] }>("GET", sharesOf(id))).shares;
  }

  /** Share a session of one's own; gives the path of the link, with the secret. */
  async share(id: string, control: boolean, lifetime: number): Promise<string> {
    return (await this.call<{ path: string }>("POST", sharesOf(id), { control, lifetime })).path;
  }

  async revoke(id: string, share: string): Promise<void> {
    await this.call("DELETE", `${sharesOf(id)}/${encodeURIComponent(share)}`);
  }

  /** Be judged as a WebSocket is: only what is posted carries the page's origin. */
  async me(): Promise<void> {
    await this.call("POST", "api/me", {});
  }

  async logout(): Promise<void> {
    await this.call("POST", "logout", {});
  }

  async login(wish: object): Promise<{ next?: string }> {
    return this.call("POST", "login", wish);
  }

  /**
   * Any JSON in, any JSON out.
   *
   * @throws ApiError the server said no; TypeError it could not be reached.
   */
  private async call<T>(method: string, path: string, body?: object): Promise<T> {
    const response = await this.fetcher(this.base + path, {
      method,
      credentials: "same-origin",
      cache: "no-store",
      headers: {
        Accept: "application/json",
        ...(body ? { "Content-Type": "application/json" } : {}),
      },
      ...(body ? { body: JSON.stringify(body) } : {}),
    });
    if (!response.ok) throw await problem(response);
    return (response.status === 204 ? {} : await response.json()) as T;
  }
}

function sharesOf(id: string): string {
  return `api/sessions/${encodeURIComponent(id)}/shares`;
}

async function problem(response: Response): Promise<ApiError> {
  let error: { code?: string; message?: string; retry_after?: number; retryAfter?: number } = {};
  try {
    error = ((await response.json()) as { error?: typeof error }).error ?? {};
  } catch {
    // A proxy answered, not our server.
  }
  const header = Number(response.headers.get("Retry-After") ?? Number.NaN);
  const wait = error.retry_after ?? error.retryAfter ?? header;
  return new ApiError(
    response.status,
    error.code ?? "",
    error.message ?? response.statusText,
    Number.isFinite(wait) ? wait : null,
  );
}
