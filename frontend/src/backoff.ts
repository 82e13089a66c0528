export const SHORTEST_MS = 500;
export const LONGEST_MS = 10_000;

/**
 * How long to wait before another connection is tried: twice as long each time, with jitter, so that
 * the clients of a server that was restarted do not all come back at once.
 */
export function backoff(failures: number, random: () => number = Math.random): number {
  const full = Math.min(LONGEST_MS, SHORTEST_MS * 2 ** Math.max(0, failures));
  return Math.max(SHORTEST_MS, full * (0.6 + 0.4 * random()));
}
