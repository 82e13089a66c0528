/** The button for a new tab, and beside it the other programs that there are for one. */
import { useLayoutEffect, useRef, useState } from "preact/hooks";
import { useOutside } from "./hooks.ts";
import { Down, Plus } from "./icons.tsx";
import type { Page } from "./page.ts";
import { TEXT } from "./text.ts";

/** Which item the keyboard begins at when the list opens. */
type End = "first" | "last";

/** Only where there is something to choose. */
export function NewTab({ page }: { page: Page }) {
  const [open, setOpen] = useState<End | null>(null);
  const all = useRef<HTMLDivElement>(null);
  const opener = useRef<HTMLButtonElement>(null);
  useOutside(all, () => setOpen(null));
  if (!page.mayOpen || page.profiles.length === 0) return null;
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.key === "Escape" && open) opener.current?.focus();
    else if (event.ctrlKey && event.key === "F6") page.pane.focus();
    else return;
    event.preventDefault();
    setOpen(null);
  };
  const onOpenerKey = (event: KeyboardEvent) => {
    const end = ({ ArrowDown: "first", ArrowUp: "last" } as Record<string, End>)[event.key];
    if (!end) return;
    event.preventDefault();
    setOpen(end);
  };
  return (
    <div class="newtab" ref={all} role="group" aria-label={TEXT.newTab} onKeyDown={onKeyDown}>
      <button type="button" aria-label={TEXT.newTab} title={TEXT.newTab} onClick={page.openTab}><Plus /></button>
      <button type="button" ref={opener} aria-label={TEXT.newTabOther} title={TEXT.newTabOther}
        aria-haspopup="menu" aria-expanded={open !== null} onKeyDown={onOpenerKey}
        onClick={() => setOpen(open ? null : "first")}><Down /></button>
      {open && <Programs page={page} from={open} close={() => setOpen(null)} />}
    </div>
  );
}

/** The list that opens: arrows, Home, End and first letters move in it. */
function Programs({ page, from, close }: { page: Page; from: End; close(): void }) {
  const list = useRef<HTMLDivElement>(null);
  const items = () => [...(list.current?.querySelectorAll<HTMLElement>("[role=menuitem]") ?? [])];
  useLayoutEffect(() => items().at(from === "first" ? 0 : -1)?.focus(), []);
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.key === "Tab") return close();
    const next = wanted(items(), event);
    if (!next) return undefined;
    event.preventDefault();
    next.focus();
    return undefined;
  };
  const choose = (name: string) => {
    close();
    page.openProfile(name);
  };
  return (
    <div class="sheet" ref={list} role="menu" aria-label={TEXT.newTabOther} onKeyDown={onKeyDown}>
      {page.profiles.map(({ name, label }) => (
        <button key={name} type="button" class="item" role="menuitem" tabIndex={-1}
          onClick={() => choose(name)}>{label}</button>
      ))}
    </div>
  );
}

/** Where a key leads among the items; nothing where it is no key for moving. */
function wanted(items: HTMLElement[], { key, ctrlKey, altKey, metaKey }: KeyboardEvent): HTMLElement | undefined {
  const at = items.indexOf(document.activeElement as HTMLElement);
  switch (key) {
    case "ArrowDown":
      return items[(at + 1) % items.length];
    case "ArrowUp":
      return items.at(at - 1);
    case "Home":
      return items[0];
    case "End":
      return items.at(-1);
  }
  if (key.length !== 1 || key === " " || ctrlKey || altKey || metaKey) return undefined;
  const after = [...items.slice(at + 1), ...items.slice(0, at + 1)];
  return after.find((item) => item.innerText.toLowerCase().startsWith(key.toLowerCase()));
}
