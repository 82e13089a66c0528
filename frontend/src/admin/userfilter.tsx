/** Whose events are wanted: one of the users that are known, or any name that is typed. */
import { useState } from "preact/hooks";
import { TEXT } from "./text.ts";

interface Props {
  known: readonly string[];
  choose: (user: string) => void;
}

export function UserFilter({ known, choose }: Props) {
  const [text, setText] = useState("");
  const typed = (value: string) => {
    setText(value);
    // What is half typed is nobody's name, and not to be looked for among older events.
    if (value === "" || known.includes(value)) choose(value);
  };
  return (
    <>
      <input type="search" class="whose" list="known-users" aria-label={TEXT.user} placeholder={TEXT.anyUser}
        autocomplete="off" autocapitalize="off" spellcheck={false} value={text}
        onInput={(event) => typed(event.currentTarget.value)}
        onChange={(event) => choose(event.currentTarget.value.trim())} />
      <datalist id="known-users">{known.map((one) => <option key={one} value={one} />)}</datalist>
    </>
  );
}
