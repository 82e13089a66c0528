/** Which language the element speaks: the one of the page around it. */
import type { Codes } from "../codes.ts";
import { type Language, languageAmong } from "../texts/languages.ts";
import { DE as DE_CODES } from "../texts/codes/de.ts";
import { FR as FR_CODES } from "../texts/codes/fr.ts";
import { DE } from "../texts/de.ts";
import { EN } from "../texts/en.ts";
import { FR } from "../texts/fr.ts";
import { type Texts, use } from "../text.ts";

/** All in the one file that a page loads, so that nothing has to be allowed besides it. */
const CATALOGUES: Record<Language, readonly [Texts, Codes]> = {
  en: [EN, {}], de: [DE, DE_CODES], fr: [FR, FR_CODES],
};

/** The nearest `lang` on the element or around it, through shadow roots; "" where nobody says. */
export function langAround(element: Element): string {
  const near = element.closest("[lang]");
  if (near) return near.getAttribute("lang") ?? "";
  const root = element.getRootNode();
  return root instanceof ShadowRoot ? langAround(root.host) : "";
}

/** Speak like the page around an element, or as the browser says; tells which language that is. */
export function speakLike(element: Element): Language {
  const around = langAround(element);
  const language = languageAmong(around ? [around] : navigator.languages);
  use(...CATALOGUES[language]);
  return language;
}
