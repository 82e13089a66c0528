/** Two fingers on a terminal: moved apart they make its letters larger, moved together smaller. */
import { fitSize } from "./letters.ts";

/** What a pinch asks for and does, of whatever the terminal stands in. */
export interface Letters {
  /** The size that the person has chosen, in CSS pixels; null where fingers are not to change it. */
  now(): number | null;
  choose(size: number): void;
}

/** Fingers so near to each other, in CSS pixels, are no measure. */
const NEAREST = 24;

/** Magnified by more than this, the browser shows a part of the page. */
const MAGNIFIED = 1.02;

function apart(one: Touch, other: Touch): number {
  return Math.max(NEAREST, Math.hypot(one.clientX - other.clientX, one.clientY - other.clientY));
}

/**
 * Whether the browser has two fingers for itself: what is magnified must be able to become as small
 * again as it was, also where nothing but a terminal is in sight.
 */
export function isMagnified(): boolean {
  return (globalThis.visualViewport?.scale ?? 1) > MAGNIFIED;
}

export class Pinch {
  private constructor(
    private readonly letters: Letters,
    private readonly size: number,
    private readonly distance: number,
  ) {}

  /** Fingers are on the glass; null where they are not two on the terminal, or not for its letters. */
  static of({ touches }: TouchEvent, host: HTMLElement, letters: Letters): Pinch | null {
    const [one, other] = touches;
    const size = letters.now();
    if (touches.length !== 2 || !one || !other || size === null || isMagnified()) return null;
    const here = [one, other].every(({ target }) => host.contains(target as Node));
    return here ? new Pinch(letters, size, apart(one, other)) : null;
  }

  /** They have moved: the letters grow as the way between them has. */
  moved({ touches: [one, other] }: TouchEvent): void {
    if (!one || !other) return;
    const size = fitSize((this.size * apart(one, other)) / this.distance);
    if (size !== this.letters.now()) this.letters.choose(size);
  }
}
