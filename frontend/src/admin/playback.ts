/** What plays one recording, at a speed that can change while it plays. */
import type { create, Player } from "asciinema-player";

/** Whether a recording has marks. */
export function hasMarks(text: string): boolean {
  return /^\[[^,"]+,\s*"m"/m.test(text);
}

export interface Pace {
  /** How many times faster than it was. */
  speed: number;
  /** Whether pauses are cut to at most two seconds. */
  idle: boolean;
}

/** Marks that are nearer than so many seconds tell of the same moment. */
const SAME_PLACE = 0.1;

/** A recording that cannot be read: the player says so itself. */
const SHOWN = () => undefined;

/**
 * A player in an element of the page.
 *
 * A player of asciinema's keeps the pace that it was made with, so another pace is another player.
 * It takes over in the same step, where the old one is and playing if that one plays: a key that is
 * pressed next must not reach a player that is about to go.
 */
export class Playback {
  private player: Player;
  private playing = false;

  /**
   * @param make what makes players
   * @param host the element; it has `data-ready` while the player in it takes keys
   * @param text the recording
   * @param pace how fast it is played at first
   */
  constructor(
    private readonly make: typeof create,
    private readonly host: HTMLElement,
    private readonly text: string,
    private pace: Pace,
  ) {
    this.player = this.put(0);
  }

  /** Go on at another pace. */
  change(pace: Pace) {
    const old = this.player;
    const at = old.getCurrentTime() || 0;
    const focused = old.el.contains(document.activeElement);
    // A time is counted without what has been cut of pauses, but where a player starts it is with it.
    const cut = pace.idle && !this.pace.idle;
    this.pace = pace;
    old.dispose();
    this.player = this.put(cut ? at : 0);
    if (at > 0 && !cut) this.player.seek(at).catch(SHOWN);
    if (this.playing) this.player.play().catch(SHOWN);
    if (focused) this.player.el.focus();
  }

  /** Go to the mark before or after what is shown; past those that stand where one is. */
  async toMark(which: "prev" | "next") {
    const { player } = this;
    const began = player.getCurrentTime() || 0;
    for (let at = began, before = NaN; at !== before && Math.abs(at - began) < SAME_PLACE;) {
      before = at;
      await player.seek({ marker: which }).catch(SHOWN);
      at = player.getCurrentTime() || 0;
    }
  }

  dispose() {
    this.player.dispose();
    delete this.host.dataset["ready"];
  }

  private put(startAt: number): Player {
    delete this.host.dataset["ready"];
    const player = this.make({ data: this.text }, this.host, {
      speed: this.pace.speed,
      startAt,
      fit: "both",
      controls: true,
      preload: true,
      theme: "asciinema",
      ...(this.pace.idle ? { idleTimeLimit: 2 } : {}),
    });
    const plays = (playing: boolean) => () => {
      if (this.player === player) this.playing = playing;
    };
    player.addEventListener("play", plays(true));
    player.addEventListener("pause", plays(false));
    player.addEventListener("ended", plays(false));
    // It pauses already; the answer comes when the recording has been read and the buttons are there.
    player.pause().then(() => {
      if (this.player === player) this.host.dataset["ready"] = "true";
    }).catch(SHOWN);
    return player;
  }
}
