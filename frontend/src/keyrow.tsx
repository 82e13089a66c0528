/** A row of the keys that a phone's keyboard lacks; shown where fingers are what one points with. */
import { TEXT } from "./text.ts";
import type { Modifier, NamedKey, Sticky } from "./touchkeys.ts";

interface Props {
  sticky: Readonly<Sticky>;
  press(key: NamedKey): void;
  toggle(modifier: Modifier): void;
}

const FIRST: [NamedKey, string, string][] = [["Esc", "Esc", "Escape"], ["Tab", "Tab", "Tab"]];
const MODIFIERS: [Modifier, string, string][] = [["ctrl", "Ctrl", "Control"], ["alt", "Alt", "Alt"]];
const ARROWS: [NamedKey, string, string][] = [
  ["Left", "←", "Left"], ["Up", "↑", "Up"], ["Down", "↓", "Down"], ["Right", "→", "Right"],
];

export function KeyRow({ sticky, press, toggle }: Props) {
  // The terminal keeps the focus, else the phone's own keyboard would go away.
  const keep = (event: Event) => event.preventDefault();
  const key = ([name, label, spoken]: [NamedKey, string, string]) => (
    <button key={name} type="button" aria-label={spoken} onClick={() => press(name)}>{label}</button>
  );
  return (
    <div class="keys" role="toolbar" aria-label={TEXT.keys} onPointerDown={keep} onMouseDown={keep}>
      {FIRST.map(key)}
      {MODIFIERS.map(([name, label, spoken]) => (
        <button key={name} type="button" aria-label={spoken} aria-pressed={sticky[name]}
          onClick={() => toggle(name)}>{label}</button>
      ))}
      {ARROWS.map(key)}
    </div>
  );
}
