/** Characters that a person does not see in a text, or that change how the rest of it is shown. */

/** Scripts in whose words joiners decide how the letters beside them are written. */
const JOINING = [
  "Arab", "Syrc", "Nkoo", "Mong", "Deva", "Beng", "Guru", "Gujr", "Orya", "Taml", "Telu", "Knda", "Mlym", "Sinh", "Khmr", "Mymr",
].map((script) => `\\p{scx=${script}}`).join("");

/** The flags of England, Scotland and Wales, which are the only ones in use that are written with tags. */
const FLAGS = ["gbeng", "gbsct", "gbwls"]
  .map((name) => `\u{1f3f4}${name.replace(/./g, (letter) => String.fromCodePoint(0xe0000 + letter.charCodeAt(0)))}\u{e007f}`)
  .join("|");

/** One emoji, in its colour of skin or as a sign. */
const EMOJI = String.raw`\p{ExtPict}[\ufe0e\ufe0f]?[\u{1f3fb}-\u{1f3ff}]?`;

/**
 * What is hidden and harmless, because the sign before it is what one sees: emoji of several, digits on
 * a key, a joiner after a letter, a form of an ideograph or of a Mongolian letter. One such character
 * only, so that nothing can be written with a row of them.
 */
const HARMLESS = [
  FLAGS,
  String.raw`${EMOJI}(?:\u200d${EMOJI})*`,
  String.raw`[0-9#*]\ufe0f\u20e3`,
  String.raw`(?![\p{Cf}\p{DI}])[${JOINING}][\u200c\u200d]`,
  String.raw`\p{sc=Han}[\ufe00-\ufe02\u{e0100}-\u{e01ef}]`,
  String.raw`[\u1820-\u18aa][\u180b-\u180f]`,
].join("|");

/** Formats that are seen all the same: signs around Arabic, Syriac and Kaithi numbers. */
const SEEN = String.raw`\u0600-\u0605\u06dd\u070f\u0890\u0891\u08e2\u{110bd}\u{110cd}`;
const HIDDEN = String.raw`(?![\t\n\r${SEEN}])[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{DI}]`;

const WANTED = new RegExp(`(?:${HARMLESS})|(${HIDDEN})`, "gu");

export interface Hidden {
  at: number;
  char: string;
}

/** The hidden characters of a text, in their order. */
export function* hiddenIn(text: string): Generator<Hidden> {
  for (const { index, 1: char } of text.matchAll(WANTED)) if (char) yield { at: index, char };
}

/** Which kinds of hidden characters a text has. */
export function kindsOf(text: string): { control: boolean; invisible: boolean } {
  const kinds = { control: false, invisible: false };
  for (const { char } of hiddenIn(text)) {
    kinds[/\p{Cc}/u.test(char) ? "control" : "invisible"] = true;
    if (kinds.control && kinds.invisible) break;
  }
  return kinds;
}

/** A piece of a text as a person sees it; with codes, it stands for the hidden characters that have these. */
export interface Piece {
  text: string;
  codes?: string[];
}

/** A text with everything in sight, in the order in which it is sent. */
export function piecesOf(text: string): Piece[] {
  const pieces: Piece[] = [];
  let from = 0;
  for (const { at, char } of hiddenIn(text)) {
    if (at > from) pieces.push({ text: plain(text.slice(from, at)) });
    const last = pieces.at(-1);
    const code = `U+${char.codePointAt(0)!.toString(16).toUpperCase().padStart(4, "0")}`;
    const sign = symbolOf(char) ?? `\u27e8${code}\u27e9`;
    if (last?.codes) {
      last.text += sign;
      last.codes.push(code);
    } else pieces.push({ text: sign, codes: [code] });
    from = at + char.length;
  }
  if (from < text.length) pieces.push({ text: plain(text.slice(from)) });
  return pieces;
}

/** Ends of lines and tabs are seen by what they do, and marked as well. */
function plain(text: string): string {
  return text.replace(/\r\n?|\n/g, "\u23ce\n").replace(/\t/g, "\u2409");
}

/** The old control characters have symbols of their own. */
function symbolOf(char: string): string | null {
  const code = char.charCodeAt(0);
  if (code === 0x7f) return "\u2421";
  return code < 0x20 ? String.fromCodePoint(0x2400 + code) : null;
}
