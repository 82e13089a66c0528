/** What a person sees of a paste before the program gets it. */
import { Dialog } from "./dialog.tsx";
import { visible } from "./notices.tsx";
import { linesOf } from "./paste.ts";
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
      <p>{TEXT.pasteHint}</p>
      <pre tabIndex={0} aria-label={TEXT.pastePreview}>{visible(new TextEncoder().encode(text))}</pre>
      <div class="actions">
        <button type="button" class="primary" data-first onClick={paste}>{TEXT.paste}</button>
        <button type="button" onClick={close}>{TEXT.cancel}</button>
      </div>
    </Dialog>
  );
}
