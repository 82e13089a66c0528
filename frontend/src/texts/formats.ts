/** Numbers and moments, written as one language writes them; every part of the page asks here. */

export interface Formats {
  /** A number as it is, in groups of three digits. */
  number(value: number): string;
  /** A number with one decimal, without groups. */
  tenths(value: number): string;
  /** A number with its unit in full, such as `second`. */
  unit(value: number, unit: string): string;
  /** Whether a number goes with the singular. */
  isOne(count: number): boolean;
  /** A day as short as it can be; as all moments in milliseconds since the epoch. */
  day(at: number | Date): string;
  /** The time of a day, with its seconds. */
  time(at: number | Date): string;
  /** Day and time, to the minute. */
  minute(at: number | Date): string;
  /** Day and time, to the second. */
  second(at: number | Date): string;
  /** Day, time and time zone. */
  exact(at: number | Date): string;
  /** Which of two texts comes first; numbers in them by their value. */
  compare(one: string, other: string): number;
}

/**
 * Whose habits a language is written by: those of the region that the person reads it in, where the
 * browser names one. Who reads another language than the browser's has that language's own.
 */
export function localeFor(language: string, wanted: readonly string[] = globalThis.navigator?.languages ?? []): string {
  return wanted.find((name) => name.toLowerCase().split("-")[0] === language) ?? language;
}

/** Made when it is needed first: each of the browser's formatters takes a phone milliseconds. */
function later<T>(make: () => T): () => T {
  let made: T | undefined;
  return () => (made ??= make());
}

function make(locale: string): Formats {
  const numbers = (options: Intl.NumberFormatOptions) => later(() => new Intl.NumberFormat(locale, options));
  const moments = (options: Intl.DateTimeFormatOptions) => {
    const format = later(() => new Intl.DateTimeFormat(locale, options));
    return (at: number | Date) => format().format(at);
  };
  const plain = numbers({});
  const tenths = numbers({ minimumFractionDigits: 1, maximumFractionDigits: 1, useGrouping: false });
  const rules = later(() => new Intl.PluralRules(locale));
  const order = later(() => new Intl.Collator(locale, { numeric: true, sensitivity: "base" }));
  return {
    number: (value) => plain().format(value),
    tenths: (value) => tenths().format(value),
    unit: (value, unit) => numbers({ style: "unit", unit, unitDisplay: "long" })().format(value),
    isOne: (count) => rules().select(count) === "one",
    day: moments({ dateStyle: "short" }),
    time: moments({ timeStyle: "medium" }),
    minute: moments({ dateStyle: "medium", timeStyle: "short" }),
    second: moments({ dateStyle: "medium", timeStyle: "medium" }),
    exact: moments({ dateStyle: "medium", timeStyle: "long" }),
    compare: (one, other) => order().compare(one, other),
  };
}

const known = new Map<string, Formats>();

/** How a language writes numbers and moments. */
export function formatsOf(language: string): Formats {
  const formats = known.get(language) ?? make(localeFor(language));
  known.set(language, formats);
  return formats;
}

/**
 * How wide a column for moments has to be, as a length of CSS.
 * Its characters at the width of a digit: few letters are wider, and spaces and dots make up for those.
 */
export function widthOf(format: (at: Date) => string): string {
  const months = Array.from({ length: 12 }, (_, month) => new Date(2028, month, 28, 22, 58, 58));
  return `${Math.max(...months.map((at) => format(at).length))}ch`;
}
