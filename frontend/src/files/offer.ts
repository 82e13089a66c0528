/** What a program says when it offers a file: nothing but a question to the person. */

/** The number of the escape sequence, and the word behind it. */
export const OSC = 7717;
const WORD = "tornterm-get;";

/** Characters of an offer at the most: a path and two numbers. */
const LONGEST = 12_000;

export interface Offer {
  path: string;
  size: number;
  inode: number;
}

const isCount = (value: unknown): value is number => Number.isSafeInteger(value) && (value as number) >= 0;

/** The offer in an escape sequence; null where it is none. */
export function offerIn(data: string): Offer | null {
  if (!data.startsWith(WORD) || data.length > LONGEST) return null;
  try {
    const packed = Uint8Array.from(atob(data.slice(WORD.length)), (char) => char.charCodeAt(0));
    const found = JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(packed)) as Partial<Offer>;
    const { path, size, inode } = found;
    if (typeof path !== "string" || !path.startsWith("/") || !isCount(size) || !isCount(inode)) return null;
    return { path, size, inode };
  } catch {
    return null;
  }
}

/** A path as it can be shown: what is invisible or turns the direction of text round is written out. */
export function visiblePath(path: string): string {
  return path.replace(/[\p{C}\p{Zl}\p{Zp}]/gu, (char) => `\\u{${(char.codePointAt(0) ?? 0).toString(16)}}`);
}
