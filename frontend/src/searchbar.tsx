/** The line in which one types what to search for in the terminal. */
import { useLayoutEffect, useReducer, useRef, useState } from "preact/hooks";
import type { Pane } from "./pane.ts";
import { Search, type Wanted } from "./search.ts";
import { TEXT } from "./text.ts";

export function SearchBar({ pane, close }: { pane: Pane; close(): void }) {
  const [, redraw] = useReducer((count: number) => count + 1, 0);
  const input = useRef<HTMLInputElement>(null);
  const search = useRef<Search | null>(null);
  const { view } = pane;
  if (!search.current && view) search.current = new Search(view.terminal, () => redraw(undefined));
  const [wanted, setWanted] = useState<Wanted>(() => ({
    text: oneLine(view?.terminal.getSelection() ?? ""), caseSensitive: false, regex: false,
  }));
  useLayoutEffect(() => {
    input.current?.select();
    return () => void search.current?.end();
  }, []);
  const box = useRef<HTMLDivElement>(null);
  // At the other edge, where what was found would be below it and cannot be scrolled away.
  const [aside, setAside] = useState(false);
  const find = async (next: Wanted, how = {}) => {
    await search.current?.find(next, how);
    // From where it really is: two that are found before it is drawn anew must not send it back.
    const bar = box.current;
    if (bar && search.current?.covered(bar)) setAside(!bar.classList.contains("aside"));
  };
  const want = (more: Partial<Wanted>) => {
    const next = { ...wanted, ...more };
    setWanted(next);
    void find(next, { typing: true });
  };
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.key === "Escape") close();
    else if (event.key === "Enter" && event.target === input.current) {
      void find(wanted, { back: event.shiftKey });
    } else return;
    event.preventDefault();
  };
  const { found = null, invalid = false } = search.current ?? {};
  return (
    <div class={`search ${aside ? "aside" : ""}`} ref={box} role="search" onKeyDown={onKeyDown}>
      <input type="text" ref={input} value={wanted.text} aria-label={TEXT.searchFor}
        placeholder={TEXT.searchFor} autoComplete="off" autoCapitalize="off" spellcheck={false}
        onInput={(event) => want({ text: event.currentTarget.value })} />
      <span class="count" role="status">
        {invalid ? TEXT.badPattern : found ? TEXT.found(found.at, found.count) : ""}
      </span>
      <Tick label={TEXT.matchCase} on={wanted.caseSensitive} turn={(caseSensitive) => want({ caseSensitive })}>
        Aa
      </Tick>
      <Tick label={TEXT.pattern} on={wanted.regex} turn={(regex) => want({ regex })}>.*</Tick>
      <button type="button" class="small" title={TEXT.previousFound} aria-label={TEXT.previousFound}
        onClick={() => void find(wanted, { back: true })}>↑</button>
      <button type="button" class="small" title={TEXT.nextFound} aria-label={TEXT.nextFound}
        onClick={() => void find(wanted)}>↓</button>
      <button type="button" class="small" title={TEXT.close} aria-label={TEXT.close} onClick={close}>×</button>
    </div>
  );
}

interface TickProps {
  label: string;
  on: boolean;
  turn(on: boolean): void;
  children: string;
}

function Tick({ label, on, turn, children }: TickProps) {
  return (
    <button type="button" class="small" title={label} aria-label={label} aria-pressed={on}
      onClick={() => turn(!on)}>{children}</button>
  );
}

/** What is selected is what one looks for, unless it is more than a line. */
function oneLine(text: string): string {
  return text.includes("\n") ? "" : text;
}
