/** The languages that there is a catalogue for. */

export const LANGUAGES = { en: "English", de: "Deutsch", fr: "Français" } as const;
export type Language = keyof typeof LANGUAGES;

/** What a catalogue in another language looks like, if this is the English one. */
export type Widened<T> = T extends string ? string
  : T extends (...given: infer A) => string ? (...given: A) => string
  : { readonly [K in keyof T]: Widened<T[K]> };

/** The first of the languages that there is a catalogue for. */
export function languageAmong(wanted: readonly string[]): Language {
  const known = wanted.map((name) => name.toLowerCase().split("-")[0] ?? "");
  return (known.find((name) => name in LANGUAGES) as Language | undefined) ?? "en";
}
