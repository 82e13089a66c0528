/** What the administration page says, in the language that the person reads. */
import { type Codes, tellBy } from "../codes.ts";
import { readConfig } from "../config.ts";
import { settingsFor } from "../settings.ts";
import { formatsOf } from "../texts/formats.ts";
import { type Language, languageAmong, type Widened } from "../texts/languages.ts";
import { unitsOf } from "../texts/units.ts";
import type { AdminConfig } from "./data.ts";
import { EN } from "./texts/en.ts";

/** A catalogue: each language has every sentence. */
export type Texts = Widened<typeof EN>;

/** Those besides English are fetched when somebody reads them; what the server says is English as it is. */
const CATALOGUES: Record<Language, () => Promise<[Texts, Codes]>> = {
  en: () => Promise.resolve([EN, {}]),
  de: () => Promise.all([import("./texts/de.ts"), import("../texts/codes/de.ts")]).then(([texts, codes]) => [texts.DE, codes.DE]),
  fr: () => Promise.all([import("./texts/fr.ts"), import("../texts/codes/fr.ts")]).then(([texts, codes]) => [texts.FR, codes.FR]),
};

/** What was chosen on the page of the terminal, else what the browser asks for. */
function wanted(): Language {
  if (!globalThis.document) return "en";
  const chosen = settingsFor(readConfig<AdminConfig>().base).all.language;
  return chosen || languageAmong(navigator.languages);
}

const language = wanted();
// Another language is here before anything is drawn; one that cannot be fetched leaves it at English.
const fetched = language === "en" ? null : await CATALOGUES[language]().catch(() => null);
const spoken = language === "en" ? EN : fetched?.[0];
if (fetched) tellBy(fetched[1]);

/** The sentences. */
export const TEXT: Texts = spoken ?? EN;
const said = spoken ? language : "en";
export const { bytes, brief: duration } = unitsOf(said);
/** How numbers and moments are written beside them. */
export const FORMATS = formatsOf(said);
if (globalThis.document) document.documentElement.lang = said;
