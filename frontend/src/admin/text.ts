/** What the administration page says, in the language that the person reads. */
import { readConfig } from "../config.ts";
import { settingsFor } from "../settings.ts";
import { type Language, languageAmong, type Widened } from "../texts/languages.ts";
import { unitsOf } from "../texts/units.ts";
import type { AdminConfig } from "./data.ts";
import { EN } from "./texts/en.ts";

/** A catalogue: each language has every sentence. */
export type Texts = Widened<typeof EN>;

/** Those besides English are fetched when somebody reads them. */
const CATALOGUES: Record<Language, () => Promise<Texts>> = {
  en: () => Promise.resolve(EN),
  de: () => import("./texts/de.ts").then(({ DE }) => DE),
  fr: () => import("./texts/fr.ts").then(({ FR }) => FR),
};

/** What was chosen on the page of the terminal, else what the browser asks for. */
function wanted(): Language {
  if (!globalThis.document) return "en";
  const chosen = settingsFor(readConfig<AdminConfig>().base).all.language;
  return chosen || languageAmong(navigator.languages);
}

const language = wanted();
// Another language is here before anything is drawn; one that cannot be fetched leaves it at English.
const spoken = language === "en" ? EN : await CATALOGUES[language]().catch(() => null);

/** The sentences. */
export const TEXT: Texts = spoken ?? EN;
export const { bytes, brief: duration } = unitsOf(spoken ? language : "en");
if (globalThis.document) document.documentElement.lang = spoken ? language : "en";
