/** The HTTP side of transfers. */
import { ApiError } from "../api.ts";
import type { Offer } from "./offer.ts";

export interface TransferRow {
  id: string;
  kind: "download" | "upload";
  name: string;
  path: string;
  size: number;
  /** Bytes that have got to the other side. */
  done: number;
  finished: boolean;
  /** Whether somebody is downloading it at the moment. */
  active: boolean;
  /** Why it has failed. */
  problem: { code: string; message: string } | null;
}

export class FilesApi {
  constructor(
    private readonly base: string,
    private readonly fetcher: typeof fetch = (...args) => fetch(...args),
  ) {}

  /** Where the bytes of a download are. */
  address(session: string, transfer: TransferRow): string {
    return `${this.base}api/sessions/${session}/downloads/${transfer.id}`;
  }

  async all(session: string): Promise<TransferRow[]> {
    return (await this.call<{ transfers: TransferRow[] }>("GET", `${session}/transfers`)).transfers;
  }

  /** Accept what was offered. */
  async download(session: string, offer: Offer): Promise<TransferRow> {
    return (await this.call<{ transfer: TransferRow }>("POST", `${session}/downloads`, offer)).transfer;
  }

  async upload(session: string, name: string, size: number): Promise<TransferRow> {
    const wish = { name, size };
    return (await this.call<{ transfer: TransferRow }>("POST", `${session}/uploads`, wish)).transfer;
  }

  /** How far an upload has got. */
  async progress(session: string, id: string): Promise<TransferRow> {
    return (await this.call<{ transfer: TransferRow }>("GET", `${session}/uploads/${id}`)).transfer;
  }

  /** Bytes of an upload; gives where it ends then. */
  async send(session: string, id: string, offset: number, bytes: Blob, signal: AbortSignal): Promise<number> {
    const path = `${session}/uploads/${id}/bytes?offset=${offset}`;
    return (await this.call<{ offset: number }>("PATCH", path, bytes, signal)).offset;
  }

  /** Every byte is there; gives the path that the file has got. */
  async finish(session: string, id: string): Promise<string> {
    return (await this.call<{ path: string }>("POST", `${session}/uploads/${id}`, {})).path;
  }

  async giveUp(session: string, { kind, id }: Pick<TransferRow, "kind" | "id">): Promise<void> {
    await this.call("DELETE", `${session}/${kind}s/${id}`);
  }

  /** @throws ApiError the server said no; TypeError it could not be reached. */
  private async call<T>(method: string, path: string, body?: object, signal?: AbortSignal): Promise<T> {
    const raw = body instanceof Blob;
    const response = await this.fetcher(`${this.base}api/sessions/${path}`, {
      method,
      credentials: "same-origin",
      cache: "no-store",
      headers: {
        Accept: "application/json",
        ...(body ? { "Content-Type": raw ? "application/octet-stream" : "application/json" } : {}),
      },
      ...(body ? { body: raw ? body : JSON.stringify(body) } : {}),
      ...(signal ? { signal } : {}),
    });
    if (!response.ok) {
      const answer = (await response.json().catch(() => ({}))) as { error?: { code?: string; message?: string } };
      const { code = "", message = response.statusText } = answer.error ?? {};
      throw new ApiError(response.status, code, message);
    }
    return (response.status === 204 ? {} : await response.json()) as T;
  }
}
