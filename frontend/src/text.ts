/** What the page says, in the language that the person reads. */
import { EN } from "./texts/en.ts";
import { type Language, languageAmong, type Widened } from "./texts/languages.ts";

export { type Language, languageAmong, LANGUAGES } from "./texts/languages.ts";

/** A catalogue: each language has every sentence. */
export type Texts = Widened<typeof EN>;

/** Those besides English are fetched when somebody reads them. */
const CATALOGUES: Record<Exclude<Language, "en">, () => Promise<Texts>> = {
  de: () => import("./texts/de.ts").then(({ DE }) => DE),
  fr: () => import("./texts/fr.ts").then(({ FR }) => FR),
};

/** The sentences; another object once another language is spoken. */
export let TEXT: Texts = EN;

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
