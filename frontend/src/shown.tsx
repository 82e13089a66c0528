/** A text that a person is asked about, with nothing in it that cannot be seen. */
import { useMemo } from "preact/hooks";
import { piecesOf } from "./hidden.ts";
import { TEXT } from "./text.ts";

/** More is not looked through by anybody, and slow to draw. */
const MOST = 20_000;

export function Shown({ text, label }: { text: string; label?: string }) {
  const pieces = useMemo(() => piecesOf(text.slice(0, MOST)), [text]);
  // From left to right whatever the letters are, as the terminal draws them: so the order is the one
  // in which the program gets them.
  return (
    <pre dir="ltr" class="shown" tabIndex={label ? 0 : undefined} aria-label={label}>
      {pieces.map(({ text: piece, codes }) =>
        codes ? <mark role="img" aria-label={TEXT.hiddenCharacter(codes.join(" "))}>{piece}</mark> : piece)}
      {text.length > MOST && <em>{TEXT.notShown(text.length - MOST)}</em>}
    </pre>
  );
}
