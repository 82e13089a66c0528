/** Which commands are meant by what was typed. */

interface Named {
  label: string;
  /** Other words by which people look for it. */
  words: string;
}

/** How well a word fits, the best first; what does not fit at all is not shown. */
const ENTIRE = 0;
const BEGINS = 1;
const OTHERWISE = 2;
const WITHIN = 3;

/**
 * Those that have every word that was typed in their names, or the beginning of another word for them.
 * Entire words go before beginnings, and these before other words and pieces of words; otherwise the
 * order stays.
 */
export function found<T extends Named>(all: readonly T[], text: string): T[] {
  const typed = bare(text).split(/\s+/).filter(Boolean);
  const ranked = all.map((one) => ({ one, rank: rankOf(one, typed) }));
  return ranked.filter(({ rank }) => rank < Infinity).sort((a, b) => a.rank - b.rank).map(({ one }) => one);
}

function rankOf({ label, words }: Named, typed: readonly string[]): number {
  const name = bare(label);
  const own = wordsOf(name);
  const others = wordsOf(bare(words));
  return typed.reduce((sum, word) => {
    if (own.includes(word)) return sum + ENTIRE;
    if (own.some((one) => one.startsWith(word))) return sum + BEGINS;
    if (others.some((one) => one.startsWith(word))) return sum + OTHERWISE;
    return name.includes(word) ? sum + WITHIN : Infinity;
  }, 0);
}

function wordsOf(text: string): string[] {
  return text.split(/[^\p{L}\p{N}]+/u).filter(Boolean);
}

/** Without capitals and accents, which nobody types to find something. */
function bare(text: string): string {
  return text.toLowerCase().normalize("NFD").replace(/\p{M}/gu, "");
}
