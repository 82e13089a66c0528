/**
 * Files of one terminal: what programs offer and people drop waits for a person's yes; what they
 * have said yes to goes its way, over cuts.
 */
import { ApiError } from "../api.ts";
import type { FilesApi, TransferRow } from "./api.ts";
import { type Offer, offerIn } from "./offer.ts";

/** Offers that wait at the same time: a program that prints many gets no more cards. */
const MOST_OFFERS = 3;

/** Bytes in one request of an upload. */
export const PIECE = 1024 * 1024;

const POLL_MS = 1000;
const RETRY_MS = [500, 1000, 2000, 4000, 8000];

export type State = "going" | "waiting" | "done" | "failed";

/** A transfer as it is shown. */
export interface Progress {
  key: number;
  kind: "download" | "upload";
  name: string;
  size: number;
  done: number;
  state: State;
  /** Where it has ended up, or why it has not. */
  words: string;
  stop(): void;
}

export interface Surroundings {
  api: FilesApi;
  /** The session, where it is live and its person may do this; else null. */
  session(): string | null;
  /** Let the browser download what is at an address. */
  keep(address: string, name: string): void;
  changed(): void;
  wait(ms: number): Promise<void>;
  /** What is said where the server cannot be reached. */
  unreachable: string;
  /** And where a transfer is over without a reason. */
  gone: string;
}

const isOver = ({ state }: Progress) => state === "done" || state === "failed";

/** Whether not the server has answered but what stands before it, which could not reach it. */
const isGateway = ({ status }: ApiError) => status >= 502 && status <= 504;

export class Transfers {
  offers: { key: number; offer: Offer }[] = [];
  /** Files that were dropped and wait for a yes. */
  dropped: File[] = [];
  progress: Progress[] = [];
  private last = 0;

  constructor(private readonly world: Surroundings) {}

  /** A program has printed something that may be an offer. */
  offered(data: string): void {
    const offer = offerIn(data);
    if (!offer || this.world.session() === null) return;
    const others = this.offers.filter((other) => other.offer.path !== offer.path);
    this.offers = [...others, { key: ++this.last, offer }].slice(-MOST_OFFERS);
    this.world.changed();
  }

  /** A person has dropped files; true where they wait for a yes. */
  drop(files: File[]): boolean {
    if (this.world.session() === null || files.length === 0) return false;
    this.dropped = files;
    this.world.changed();
    return true;
  }

  readonly refuse = (key: number): void => {
    this.offers = this.offers.filter((other) => other.key !== key);
    this.world.changed();
  };

  readonly forget = (): void => {
    this.dropped = [];
    this.world.changed();
  };

  readonly dismiss = (key: number): void => {
    this.progress = this.progress.filter((other) => other.key !== key);
    this.world.changed();
  };

  /** The person wants what was offered. */
  readonly accept = async (key: number): Promise<void> => {
    const offer = this.offers.find((other) => other.key === key)?.offer;
    this.refuse(key);
    if (!offer) return;
    const name = offer.path.slice(offer.path.lastIndexOf("/") + 1);
    const shown = this.show("download", name, offer.size);
    await this.carry(shown, async (session) => {
      const transfer = await this.world.api.download(session, offer);
      if (!this.wanted(session, shown, transfer)) return;
      this.world.keep(this.world.api.address(session, transfer), name);
      await this.follow(session, shown, transfer.id);
    });
  };

  /** The person wants the files that were dropped to be uploaded; one after the other. */
  readonly upload = async (): Promise<void> => {
    const files = this.dropped;
    this.forget();
    const shown = files.map((file) => [file, this.show("upload", file.name, file.size)] as const);
    for (const [file, progress] of shown) {
      if (progress.state === "failed") continue;
      await this.carry(progress, (session) => this.send(session, file, progress));
    }
  };

  private async carry(shown: Progress, act: (session: string) => Promise<void>): Promise<void> {
    const session = this.world.session();
    try {
      if (session === null) throw new TypeError("no session");
      await act(session);
    } catch (error) {
      this.fail(shown, error);
    }
  }

  private async send(session: string, file: File, shown: Progress): Promise<void> {
    const { api } = this.world;
    const transfer = await api.upload(session, file.name, file.size);
    const cut = new AbortController();
    if (!this.wanted(session, shown, transfer, cut)) return;
    try {
      while (shown.done < file.size && shown.state !== "failed") {
        await this.insist(shown, async () => {
          if (shown.state === "waiting") shown.done = (await api.progress(session, transfer.id)).done;
          const bytes = file.slice(shown.done, shown.done + PIECE);
          if (bytes.size > 0) shown.done = await api.send(session, transfer.id, shown.done, bytes, cut.signal);
        }, "wrong_offset");
      }
      const path = await this.insist(shown, () => api.finish(session, transfer.id));
      if (path === undefined) return;
      shown.words = path;
      this.become(shown, "done");
    } catch (error) {
      // Nobody goes on with it, so nothing of it is to stay there.
      api.giveUp(session, transfer).catch(() => undefined);
      throw error;
    }
  }

  /** Do something until the server has said yes or no; a cut is no answer, nor is what is `mendable`. */
  private async insist<T>(shown: Progress, act: () => Promise<T>, mendable = ""): Promise<T | undefined> {
    for (let failures = 0; shown.state !== "failed"; failures += 1) {
      try {
        const answer = await act();
        this.become(shown, "going");
        return answer;
      } catch (error) {
        if (isOver(shown)) return undefined;
        if (error instanceof ApiError && error.code !== mendable && !isGateway(error)) throw error;
        this.become(shown, "waiting");
        await this.world.wait(RETRY_MS[Math.min(failures, RETRY_MS.length - 1)] ?? 8000);
      }
    }
    return undefined;
  }

  /** A browser downloads by itself; how far it has got the server knows. */
  private async follow(session: string, shown: Progress, id: string): Promise<void> {
    while (!isOver(shown)) {
      await this.world.wait(POLL_MS);
      const rows = await this.world.api.all(session).catch((error: unknown) => {
        if (error instanceof ApiError && !isGateway(error)) throw error;
        return null; // the network will be back
      });
      const row = rows?.find((one) => one.id === id);
      if (rows && !row) throw new ApiError(404, "transfer_gone", this.world.gone);
      if (row?.problem) throw new ApiError(409, row.problem.code, row.problem.message);
      if (!row) continue;
      const stands = !row.active && row.done === shown.done;
      shown.done = row.done;
      this.become(shown, row.finished ? "done" : stands ? "waiting" : "going");
    }
  }

  /** Whether a transfer that has begun is still wanted; it can be stopped then. */
  private wanted(session: string, shown: Progress, transfer: TransferRow, cut?: AbortController): boolean {
    const stop = () => {
      cut?.abort();
      this.become(shown, "failed");
      this.dismiss(shown.key);
      this.world.api.giveUp(session, transfer).catch(() => undefined);
    };
    if (isOver(shown)) stop();
    else shown.stop = stop;
    return !isOver(shown);
  }

  private show(kind: Progress["kind"], name: string, size: number): Progress {
    const shown: Progress = { key: ++this.last, kind, name, size, done: 0, state: "going", words: "", stop: () => {
      this.become(shown, "failed");
    } };
    this.progress = [...this.progress, shown];
    this.world.changed();
    return shown;
  }

  private become(shown: Progress, state: State): void {
    if (shown.state !== "failed") shown.state = state;
    this.world.changed();
  }

  private fail(shown: Progress, error: unknown): void {
    if (shown.state === "failed") return;
    shown.words = error instanceof ApiError ? error.message : this.world.unreachable;
    this.become(shown, "failed");
  }
}
