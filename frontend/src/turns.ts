/** Whose output is parsed first, where several terminals of a page have some. */

/** Milliseconds for which the terminal that somebody types in goes first. */
const AHEAD = 250;

/** One that takes turns. */
export interface Player {
  /** Whether it has something to parse. */
  readonly busy: boolean;
  /** It may go on. */
  go(): void;
}

/**
 * Turns of all who share a page, whose one thread parses for them all. They go side by side, but for
 * a moment after a key: what it did is seen when what came before it has been parsed, so the others
 * wait until the one that was typed in has nothing left.
 */
export class Turns {
  private ahead: Player | null = null;
  private timer: ReturnType<typeof setTimeout> | undefined;
  private readonly waiting = new Set<Player>();

  /** Somebody has typed in this one. */
  prefer(player: Player): void {
    this.ahead = player;
    clearTimeout(this.timer);
    this.timer = setTimeout(() => {
      this.ahead = null;
      this.release();
    }, AHEAD);
  }

  /** Whether it may parse now; one that may not is told when it may. */
  may(player: Player): boolean {
    if (!this.ahead?.busy || this.ahead === player) return true;
    this.waiting.add(player);
    return false;
  }

  /** It has nothing left. */
  idle(player: Player): void {
    if (player === this.ahead) this.release();
  }

  private release(): void {
    const all = [...this.waiting];
    this.waiting.clear();
    for (const player of all) player.go();
  }
}

/** The turns of this page. */
export const TURNS = new Turns();
