/**
 * What one client of a session does over its life: connect, come back, stop where nothing comes back by itself.
 * Everything of the browser is given from outside, so that a test can be the browser.
 */
import { Connection, type SocketLike } from "./connection.ts";
import type { Screen } from "./output.ts";
import type { ErrorMessage, Size } from "./protocol.ts";
import { Retries } from "./retries.ts";
import { Session } from "./session.ts";
import { isFinal, type Status } from "./status.ts";
import { TEXT } from "./text.ts";
import { type Circumstances, judge, judgeRequest, judgeToken, type Verdict } from "./verdict.ts";
import type { ClientEvents, Surroundings } from "./world.ts";

/** Failed upgrades in a row after which the page says so instead of just waiting. */
const UPGRADES_BEFORE_SAYING_SO = 2;

export class Client {
  status: Status = { kind: "connecting" };
  readonly session: Session;

  private connection: Connection | null = null;
  private readonly retries: Retries;
  private refusedUpgrades = 0;
  /** Rises with each attempt, so that the answer of an earlier one is not taken for this one's. */
  private turn = 0;
  private freshToken = false;
  /** Whether something was asked for on this connection that may be refused without ending it. */
  private asked = false;
  /** Whether the server owes an answer for longer than it takes. */
  private silent = false;

  constructor(
    screen: Screen,
    private readonly world: Surroundings,
    private readonly events: ClientEvents,
    wish: Size,
    request: string,
    id: string | null,
    share: string | null = null,
  ) {
    this.retries = new Retries(world);
    this.session = new Session(
      screen,
      {
        attached: (session) => this.attached(session),
        changed: () => this.roleChanged(),
        skipped: (bytes) => events.skipped(bytes),
        notice: (code, message) => events.notice(code, message),
        complained: (error) => this.complained(error),
        broken: () => this.broken(),
      },
      wish,
      request,
      () => world.now(),
    );
    this.session.id = id;
    this.session.share = share;
  }

  /** Connect because a person opened the page. */
  start(): void {
    this.session.control = "take";
    void this.connect();
  }

  /** Have control because a person asked for it, if need be on a new connection. */
  takeControl(): void {
    if (this.session.live) {
      this.asked = true;
      this.session.requestControl();
      return;
    }
    this.session.control = "take";
    this.connection?.drop();
    this.retries.cancel();
    this.retries.forget();
    void this.connect();
  }

  /** Let another client write. */
  grantControl(client: string): void {
    this.asked = true;
    this.session.grantControl(client);
  }

  /** Something suggests that the network is there: try at once, or look whether the link lives. */
  nudge(): void {
    if (this.status.kind === "reconnecting" && this.retries.waiting) {
      this.retries.cancel();
      void this.connect();
    } else this.connection?.probe();
  }

  /** The browser says that the network is gone. */
  doubt(): void {
    this.connection?.doubt();
  }

  /** Let go of the connection, for example because the page is put away. */
  suspend(): void {
    this.connection?.drop();
    this.retries.cancel();
  }

  /** Let go for good; what runs goes on. */
  stop(): void {
    this.suspend();
    this.turn += 1;
  }

  /** The page is back from the browser's cache. */
  wake(): void {
    if (isFinal(this.status) || this.connection) return;
    this.retries.cancel();
    void this.connect();
  }

  private async connect(): Promise<void> {
    const turn = ++this.turn;
    const first = this.status.kind === "connecting" || isFinal(this.status);
    this.show(first ? { kind: "connecting" } : this.reconnecting(0, ""));
    if (this.session.id !== null && this.session.token === null) {
      if (this.session.share !== null) this.freshToken = true;
      else if (!(await this.fetchToken(turn))) return;
    }
    if (turn !== this.turn) return;
    const way = this.world.socket();
    const socket = way instanceof Promise ? await this.arrived(way, turn) : way;
    if (!socket) return;
    this.connection = new Connection(
      socket,
      {
        opened: (connection) => this.session.connected(connection),
        text: (frame) => this.session.text(frame),
        bytes: (data) => this.session.bytes(data),
        silent: (yes) => {
          this.silent = yes;
          this.roleChanged();
        },
        closed: (code, opened) => this.closed(code, opened),
      },
      this.world.timers,
    );
  }

  /** The socket that was got for this attempt; null where that is over. */
  private async arrived(way: Promise<SocketLike>, turn: number): Promise<SocketLike | null> {
    try {
      const socket = await way;
      if (turn === this.turn) return socket;
      socket.close();
    } catch (error) {
      if (turn === this.turn) this.httpProblem(error);
    }
    return null;
  }

  /** Get a token for the session; false where this attempt is over. */
  private async fetchToken(turn: number): Promise<boolean> {
    try {
      const token = await this.world.api.token(this.session.id ?? "");
      if (turn !== this.turn) return false;
      this.session.token = token;
      this.freshToken = true;
      return true;
    } catch (error) {
      if (turn !== this.turn) return false;
      this.follow(judgeToken(error, this.circumstances));
      return false;
    }
  }

  private get circumstances(): Circumstances {
    return { guest: this.session.share !== null, online: this.world.online() };
  }

  private httpProblem(error: unknown): void {
    this.follow(judgeRequest(error, this.circumstances));
  }

  private attached(id: string): void {
    this.retries.forget();
    this.refusedUpgrades = 0;
    this.freshToken = false;
    this.events.attached(id);
    this.roleChanged();
  }

  private roleChanged(): void {
    if (this.session.role === "writer") this.asked = false;
    if (this.session.live) {
      const kind = this.session.role === "viewer" ? "viewer" : "live";
      this.status = { kind, silent: this.silent };
    }
    this.events.changed();
  }

  private complained({ code, message }: ErrorMessage): void {
    if (this.asked && (code === "forbidden" || code === "not_found")) {
      this.asked = false;
      this.events.notice(code, message);
    }
  }

  private broken(): void {
    this.connection?.drop();
  }

  private closed(code: number, opened: boolean): void {
    this.connection = null;
    this.asked = this.silent = false;
    this.session.disconnected();
    if (!opened) {
      void this.upgradeFailed();
      return;
    }
    this.follow(judge(code, {
      error: this.session.error,
      exit: this.session.exit,
      hasSession: this.session.id !== null,
      freshToken: this.freshToken,
      guest: this.session.share !== null,
      now: this.world.now(),
    }));
  }

  private follow(verdict: Verdict): void {
    if (verdict.then === "stop") this.show(verdict.status);
    else if (verdict.then === "retry") this.retry(verdict.reason, verdict);
    else {
      this.session.token = null;
      void this.connect();
    }
  }

  /** Browsers do not say why an upgrade failed; the server does, over HTTP. */
  private async upgradeFailed(): Promise<void> {
    const turn = this.turn;
    this.refusedUpgrades += 1;
    try {
      await this.world.api.me();
    } catch (error) {
      if (turn === this.turn) this.httpProblem(error);
      return;
    }
    const again = this.refusedUpgrades >= UPGRADES_BEFORE_SAYING_SO;
    if (turn === this.turn) this.retry(again ? TEXT.upgradeRefused : "");
  }

  private retry(reason: string, { goingAway = false, least = 0 } = {}): void {
    const at = this.retries.later(() => void this.connect(), least);
    const lost = this.world.online() ? TEXT.reasonLost : TEXT.offline;
    this.show(this.reconnecting(at, reason || lost, goingAway));
  }

  private reconnecting(at: number, reason: string, goingAway = false): Status {
    const before = this.status.kind === "reconnecting" ? this.status : null;
    return {
      kind: "reconnecting",
      at,
      reason: reason || before?.reason || "",
      goingAway: goingAway || (before?.goingAway ?? false),
    };
  }

  private show(status: Status): void {
    this.status = status;
    this.events.changed();
  }
}

