/** What the page says, in the language that the person reads. */
import { EN } from "./texts/en.ts";

type Widened<T> = T extends string ? string
  : T extends (...given: infer A) => string ? (...given: A) => string
  : { readonly [K in keyof T]: Widened<T[K]> };

/** A catalogue: each language has every sentence. */
export type Texts = Widened<typeof EN>;

export const LANGUAGES = { en: "English", de: "Deutsch", fr: "Français" } as const;
export type Language = keyof typeof LANGUAGES;

/** Those besides English are fetched when somebody reads them. */
const CATALOGUES: Record<Exclude<Language, "en">, () => Promise<Texts>> = {
  de: () => import("./texts/de.ts").then(({ DE }) => DE),
  fr: () => import("./texts/fr.ts").then(({ FR }) => FR),
};

/** The sentences; another object once another language is spoken. */
export let TEXT: Texts = EN;

/** The first of the languages that there is a catalogue for. */
export function languageAmong(wanted: readonly string[]): Language {
  const known = wanted.map((name) => name.toLowerCase().split("-")[0] ?? "");
  return (known.find((name) => name in LANGUAGES) as Language | undefined) ?? "en";
}

/** Speak a language from here on; one that cannot be fetched leaves it at what was spoken before. */
export async function speak(language: Language): Promise<void> {
  try {
    TEXT = language === "en" ? EN : await CATALOGUES[language]();
    document.documentElement.lang = language;
  } catch {
    // The network is away; what is said in another language is better than nothing.
  }
}

/** Speak what was chosen, or what the browser says that the person reads. */
export function speakAs(chosen: Language | ""): Promise<void> {
  return speak(chosen || languageAmong(navigator.languages));
}
