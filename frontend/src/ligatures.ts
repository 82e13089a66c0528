/** Signs that programming fonts draw as one where they stand together. */
import type { Terminal } from "@xterm/xterm";

/** Longer ones before those that they begin with. */
const SIGNS = [
  "<!--", "<==>", "<-->", "<~~>",
  "===", "!==", "=/=", "<=>", "==>", "<==", "-->", "<--", "->>", "<<-", ">>=", "<<=", ">>>", "<<<", "|||", "...",
  "..<", "..=", "&&&", "***", "+++", "---", "///", "::=", ":::", "<->", "<~>", "<|>", "<$>", "<*>", "<+>", "!!!",
  "???", "###", "~~>", "<~~", "=<<", "<|>", "||=", "|->", "/==",
  "==", "!=", "<=", ">=", "=>", "->", "<-", "<<", ">>", "::", ":=", "=:", "&&", "||", "++", "--", "**", "//", "/*",
  "*/", "|>", "<|", "~>", "<~", "..", "?.", "??", "!!", ";;", "##", "#{", "#[", "#(", "</", "/>", "<>", "~=", "=~",
  "+=", "-=", "*=", "/=", "%=", "^=", "|=", "&=",
];
const PATTERN = new RegExp(
  SIGNS.map((sign) => sign.replace(/./g, "\\$&")).join("|"), "g",
);

/** Where in a text they stand: beginnings and ends, of UTF-16 units. */
export function ligaturesIn(text: string): [number, number][] {
  return Array.from(text.matchAll(PATTERN), ({ index, 0: sign }) => [index, index + sign.length]);
}

/** Have a terminal draw them as one; returns what ends that. */
export function joinLigatures(terminal: Terminal): () => void {
  const joiner = terminal.registerCharacterJoiner(ligaturesIn);
  return () => terminal.deregisterCharacterJoiner(joiner);
}
