/** Rows of the keys that a phone's keyboard lacks; shown where fingers are what one points with. */
import { useState } from "preact/hooks";
import { TEXT } from "./text.ts";
import { FUNCTION_KEYS, type Modifier, type NamedKey, type Sticky } from "./touchkeys.ts";

interface Props {
  sticky: Readonly<Sticky>;
  press(key: NamedKey): void;
  toggle(modifier: Modifier): void;
}

type Key = [name: NamedKey, label: string, spoken: string];

const ARROWS: [NamedKey, string][] = [["Left", "←"], ["Up", "↑"], ["Down", "↓"], ["Right", "→"]];
const PLACES: NamedKey[] = ["Home", "End", "PageUp", "PageDown", "Insert", "Delete"];

/** What is printed on a key, and how it is said, in the language of the person. */
function named(name: NamedKey, sign?: string): Key {
  const [label, spoken] = (TEXT.keyNames as Record<string, readonly [string, string]>)[name] ?? [name, name];
  return sign ? [name, sign, spoken] : [name, label, said(label, spoken)];
}

/** A key's name, with what is printed on it: who speaks to a phone says what is to be seen. */
function said(label: string, spoken: string): string {
  return spoken.startsWith(label) && !/\w/.test(spoken.charAt(label.length)) ? spoken : `${label}, ${spoken}`;
}

export function KeyRow({ sticky, press, toggle }: Props) {
  const [more, setMore] = useState(false);
  // The terminal keeps the focus, else the phone's own keyboard would go away.
  const keep = (event: Event) => event.preventDefault();
  const key = ([name, label, spoken]: Key) => (
    <button key={name} type="button" aria-label={spoken} onClick={() => press(name)}>{label}</button>
  );
  const modifier = (name: Modifier) => (
    <button key={name} type="button" aria-label={said(...TEXT.keyNames[name])} aria-pressed={sticky[name]}
      onClick={() => toggle(name)}>{TEXT.keyNames[name][0]}</button>
  );
  return (
    <section class="keys" aria-label={TEXT.keys} onPointerDown={keep} onMouseDown={keep}>
      <div role="toolbar" aria-label={TEXT.keys}>
        {more && (
          <div class="more" id="more-keys">
            {[...FUNCTION_KEYS, ...PLACES].map((name) => key(named(name)))}
          </div>
        )}
        <div class="row">
          {key(named("Esc"))}
          {key(named("Tab"))}
          {modifier("ctrl")}
          {modifier("alt")}
          <button type="button" aria-label={said(TEXT.keyNames.fn[0], TEXT.moreKeys)} aria-expanded={more}
            aria-controls={more ? "more-keys" : undefined} onClick={() => setMore(!more)}>{TEXT.keyNames.fn[0]}</button>
          {ARROWS.map(([name, sign]) => key(named(name, sign)))}
        </div>
      </div>
    </section>
  );
}
