/** What administrators ask the server for. */
import { ApiError } from "../api.ts";
import { told } from "../codes.ts";
import type { History, OlderPage, PluginRow, ServerFacts, SessionDetails } from "./data.ts";

export class ReloadError extends Error {
  constructor(
    message: string,
    readonly problems: string[],
  ) {
    super(message);
  }
}

export class AdminApi {
  constructor(
    readonly base: string,
    private readonly fetcher: typeof fetch = (...args) => fetch(...args),
  ) {}

  get events(): string {
    return `${this.base}api/admin/events`;
  }

  server(): Promise<ServerFacts> {
    return this.call("GET", "server");
  }

  history(): Promise<History> {
    return this.call("GET", "history");
  }

  async plugins(): Promise<PluginRow[]> {
    return (await this.call<{ plugins: PluginRow[] }>("GET", "plugins")).plugins;
  }

  older(query: Record<string, string>): Promise<OlderPage> {
    return this.call("GET", `audit/older?${new URLSearchParams(query)}`);
  }

  session(id: string): Promise<SessionDetails> {
    return this.call("GET", `sessions/${encodeURIComponent(id)}`);
  }

  /** End a session; done when its program is gone. */
  async end(id: string): Promise<void> {
    await this.call("DELETE", `sessions/${encodeURIComponent(id)}`);
  }

  /** End the logins of a user; gives how many there were. */
  async logOut(user: string): Promise<number> {
    return (await this.call<{ ended: number }>("DELETE", `logins?user=${encodeURIComponent(user)}`)).ended;
  }

  /** The path at which this person can watch a session. */
  async watch(id: string): Promise<string> {
    const body = await this.call<{ path: string }>("POST", `sessions/${encodeURIComponent(id)}/watch`);
    return body.path;
  }

  /** Read the configuration again; gives the keys that need a restart. */
  async reload(): Promise<string[]> {
    return (await this.call<{ restart: string[] }>("POST", "reload")).restart;
  }

  /** The status of an answer; 0 where there is none. */
  async status(): Promise<number> {
    try {
      await this.server();
      return 200;
    } catch (error) {
      return error instanceof ApiError ? error.status : 0;
    }
  }

  private async call<T>(method: string, path: string): Promise<T> {
    const body = method === "POST" ? { body: "{}" } : {};
    const response = await this.fetcher(`${this.base}api/admin/${path}`, {
      method,
      credentials: "same-origin",
      cache: "no-store",
      headers: { Accept: "application/json", "Content-Type": "application/json" },
      ...body,
    });
    if (!response.ok) throw await problem(response);
    return (response.status === 204 ? {} : await response.json()) as T;
  }
}

async function problem(response: Response): Promise<Error> {
  let error: { code?: string; message?: string; problems?: string[] } = {};
  try {
    error = ((await response.json()) as { error?: typeof error }).error ?? {};
  } catch {
    // A proxy answered, not our server.
  }
  const message = error.message ?? response.statusText;
  if (error.problems) return new ReloadError(told(error.code ?? "", message), error.problems);
  return new ApiError(response.status, error.code ?? "", message);
}
