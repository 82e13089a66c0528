/** What the page says, in the language that the person reads. */
import { type Codes, tellBy } from "./codes.ts";
import { EN } from "./texts/en.ts";
import { type Language, languageAmong, type Widened } from "./texts/languages.ts";

export { type Language, languageAmong, LANGUAGES } from "./texts/languages.ts";

/** A catalogue: each language has every sentence. */
export type Texts = Widened<typeof EN>;

/** Those besides English are fetched when somebody reads them; what the server says is English as it is. */
const CATALOGUES: Record<Exclude<Language, "en">, () => Promise<[Texts, Codes]>> = {
  de: () => Promise.all([import("./texts/de.ts"), import("./texts/codes/de.ts")]).then(([texts, codes]) => [texts.DE, codes.DE]),
  fr: () => Promise.all([import("./texts/fr.ts"), import("./texts/codes/fr.ts")]).then(([texts, codes]) => [texts.FR, codes.FR]),
};

/** The sentences; another object once another language is spoken. */
export let TEXT: Texts = EN;

/** Say everything with these sentences from here on. */
export function use(texts: Texts, codes: Codes): void {
  TEXT = texts;
  tellBy(codes);
}

/** Speak a language from here on; one that cannot be fetched leaves it at what was spoken before. */
export async function speak(language: Language): Promise<void> {
  try {
    const [texts, codes] = language === "en" ? [EN, {}] : await CATALOGUES[language]();
    use(texts, codes);
    document.documentElement.lang = language;
  } catch {
    // The network is away; what is said in another language is better than nothing.
  }
}

/**
 * Speak what was chosen, or what the browser says that the person reads; what the server itself says
 * follows, and so does the page that is kept for the time without it.
 *
 * @param base the path below which the server is asked
 */
export function speakAs(chosen: Language | "", base: string): Promise<void> {
  if (rememberChoice(chosen, base)) navigator.serviceWorker?.controller?.postMessage("renew");
  return speak(chosen || languageAmong(navigator.languages));
}

const YEAR = 365 * 24 * 3600;

/** Tell the server with each request; tells whether that is news to it. */
function rememberChoice(chosen: Language | "", base: string): boolean {
  const before = document.cookie;
  const secure = location.protocol === "https:" ? "; Secure" : "";
  const age = chosen ? YEAR : 0;
  document.cookie = `tornterm-language=${chosen}; Path=${base}; Max-Age=${age}; SameSite=Lax${secure}`;
  return document.cookie !== before;
}
