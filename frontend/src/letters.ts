/** How large letters may be, and how large they are where nobody has said; in CSS pixels. */

export const SMALLEST = 6;
export const LARGEST = 72;

/** The nearest size that letters may have. */
export function fitSize(size: number): number {
  return Math.min(LARGEST, Math.max(SMALLEST, Math.round(size)));
}

/** Letters that can be read on a phone and across a desk. */
export function fontSize(width: number): number {
  if (width < 480) return 13;
  return Math.min(24, Math.round(12 + width / 480));
}
