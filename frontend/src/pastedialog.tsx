/** What a person sees of a paste before the program gets it. */
import { Dialog } from "./dialog.tsx";
import { kindsOf } from "./hidden.ts";
import { linesOf } from "./paste.ts";
import { Shown } from "./shown.tsx";
import { TEXT } from "./text.ts";

interface Props {
  text: string;
  paste(): void;
  close(): void;
}

export function PasteDialog({ text, paste, close }: Props) {
  return (
    <Dialog label={TEXT.pasteTitle(linesOf(text), text.length)} class="paste" close={close}>
      <h2>{TEXT.pasteTitle(linesOf(text), text.length)}</h2>
      {reasonsFor(text).map((reason) => <p key={reason}>{reason}</p>)}
      <Shown text={text} label={TEXT.pastePreview} />
      <div class="actions">
        <button type="button" class="primary" data-first onClick={paste}>{TEXT.paste}</button>
        <button type="button" onClick={close}>{TEXT.cancel}</button>
      </div>
    </Dialog>
  );
}

/** What one should know before saying yes. */
function reasonsFor(text: string): string[] {
  const { control, invisible } = kindsOf(text);
  return [
    ...(/[\r\n]/.test(text) ? [TEXT.pasteHint] : []),
    ...(control ? [TEXT.pasteControl] : []),
    ...(invisible ? [TEXT.pasteInvisible] : []),
  ];
}
