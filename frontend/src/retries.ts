/** Trying again by itself: after a while that is longer each time. */
import { backoff } from "./backoff.ts";
import type { Surroundings } from "./world.ts";

export class Retries {
  private failures = 0;
  private timer: number | null = null;

  constructor(private readonly clock: Pick<Surroundings, "timers" | "now" | "random">) {}

  /** Whether the next try waits for its time. */
  get waiting(): boolean {
    return this.timer !== null;
  }

  /**
   * Try again after a while, instead of whatever else was waited for.
   *
   * @param least milliseconds that it has to be
   * @returns when that will be, in milliseconds since the epoch
   */
  later(run: () => void, least = 0): number {
    this.cancel();
    const wait = Math.max(least, backoff(this.failures, this.clock.random));
    this.failures += 1;
    this.timer = this.clock.timers.set(() => {
      this.timer = null;
      run();
    }, wait);
    return this.clock.now() + wait;
  }

  /** Wait no longer. */
  cancel(): void {
    if (this.timer !== null) this.clock.timers.clear(this.timer);
    this.timer = null;
  }

  /** What failed before does not count any more. */
  forget(): void {
    this.failures = 0;
  }
}
