/**
 * What the server says to people, in their language. It says it in English, with a code; where a
 * catalogue knows the code it says it, else the server's own words are shown.
 */

/** A sentence; or one that takes something over from the server's. */
export type Told = string | ((message: string) => string);
export type Codes = Readonly<Record<string, Told>>;

let spoken: Codes = {};

/** Say it by this catalogue from here on. */
export function tellBy(codes: Codes): void {
  spoken = codes;
}

export function told(code: string, message: string): string {
  const said = Object.hasOwn(spoken, code) ? spoken[code] : undefined;
  if (said === undefined) return message;
  return typeof said === "string" ? said : said(message);
}

/** The number in a sentence of the server's. */
export function numberIn(message: string): number {
  return Number(/\d+/.exec(message)?.[0] ?? 0);
}

/** What follows the first colon: the reason as the system or a program gave it. */
export function reasonIn(message: string): string {
  const at = message.indexOf(": ");
  return at < 0 ? "" : message.slice(at);
}

/** A name that stands in parentheses, with them and a space before; they may be in the name, too. */
export function nameIn(message: string): string {
  const name = /\((.*)\)/.exec(message)?.[0];
  return name ? ` ${name}` : "";
}
