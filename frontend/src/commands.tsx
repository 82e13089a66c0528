/** The command palette: every action of the page, found by typing a part of its name. */
import { useEffect, useRef, useState } from "preact/hooks";
import type { Action } from "./actions.ts";
import { Dialog } from "./dialog.tsx";
import { found } from "./found.ts";
import { platformOf } from "./keys.ts";
import { written } from "./shortcuts.ts";
import { TEXT } from "./text.ts";

interface Props {
  actions: readonly Action[];
  close(): void;
}

/** The id of an action's row; names of profiles may hold spaces, which would end it. */
function rowOf({ id }: Action): string {
  return `command-${encodeURIComponent(id)}`;
}

export function Commands({ actions, close }: Props) {
  const [text, setText] = useState("");
  const [at, setAt] = useState(0);
  const list = useRef<HTMLUListElement>(null);
  const shown = found(actions, text);
  const chosen = Math.min(at, shown.length - 1);
  useEffect(() => {
    list.current?.children[chosen]?.scrollIntoView({ block: "nearest" });
  }, [chosen, text]);
  const run = (action: Action | undefined) => {
    if (!action) return;
    close();
    action.run();
  };
  const onKeyDown = (event: KeyboardEvent) => {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (step) setAt((chosen + step + shown.length) % Math.max(1, shown.length));
    else if (event.key === "Enter") run(shown[chosen]);
    else return;
    event.preventDefault();
  };
  return (
    <Dialog label={TEXT.commands} class="commands" close={close}>
      <input type="text" data-first role="combobox" aria-label={TEXT.commands} aria-expanded="true"
        aria-controls="commands" aria-autocomplete="list" autoComplete="off" spellcheck={false}
        aria-activedescendant={shown[chosen] ? rowOf(shown[chosen]) : undefined}
        placeholder={TEXT.commandsHint} value={text} onKeyDown={onKeyDown}
        onInput={(event) => (setText(event.currentTarget.value), setAt(0))} />
      <ul id="commands" role="listbox" aria-label={TEXT.commands} ref={list}>
        {shown.map((action, index) => (
          <li key={action.id} id={rowOf(action)} role="option"
            aria-selected={index === chosen} onClick={() => run(action)}>
            <span>{action.label}</span>
            <Keys action={action} />
          </li>
        ))}
      </ul>
      <p role="status">{shown.length === 0 && TEXT.noCommand}</p>
    </Dialog>
  );
}

/** The shortcuts of an action, or just the usual one, as one writes them on this machine. */
export function Keys({ action, usual = false }: { action: Action; usual?: boolean }) {
  const platform = platformOf(navigator.platform);
  const shown = usual ? action.keys.slice(0, 1) : action.keys;
  if (shown.length === 0) return null;
  return <kbd>{shown.map((keys) => written(keys, platform)).join(", ")}</kbd>;
}
