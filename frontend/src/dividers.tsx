/** The borders between terminals: dragged with a pointer, or moved with the arrows. */
import { useRef } from "preact/hooks";
import type { Desk } from "./desk.ts";
import { type Box, type Divider, place } from "./layout.ts";
import { TEXT } from "./text.ts";

/** A step of the keyboard, as a fraction of the room. */
const STEP = 0.04;

export const percent = ({ left, top, width, height }: Box) => ({
  left: `${left * 100}%`, top: `${top * 100}%`, width: `${width * 100}%`, height: `${height * 100}%`,
});

export function Dividers({ desk }: { desk: Desk }) {
  return place(desk.tab.tree).dividers.map((divider) => (
    <Border key={`${divider.path.join("-")}:${divider.index}`} desk={desk} divider={divider} />
  ));
}

function Border({ desk, divider }: { desk: Desk; divider: Divider }) {
  const { across, path, index, box, value } = divider;
  const last = useRef<number | null>(null);
  const where = (event: PointerEvent) => (across ? event.clientX : event.clientY);
  const move = (event: PointerEvent) => {
    if (last.current === null) return;
    const room = (event.currentTarget as HTMLElement).parentElement;
    const size = (across ? room?.clientWidth : room?.clientHeight) || 1;
    desk.moveDivider(path, index, (where(event) - last.current) / size / roomOf(desk, divider));
    last.current = where(event);
  };
  const onKeyDown = (event: KeyboardEvent) => {
    const steps = (across ? { ArrowLeft: -1, ArrowRight: 1 } : { ArrowUp: -1, ArrowDown: 1 }) as Record<string, number>;
    const step = steps[event.key];
    if (!step) return;
    event.preventDefault();
    desk.moveDivider(path, index, step * STEP);
  };
  return (
    <div class={`divider ${across ? "across" : "down"}`} role="separator" tabIndex={0}
      aria-orientation={across ? "vertical" : "horizontal"} aria-label={TEXT.divider}
      aria-valuenow={Math.round(value * 100)} aria-valuemin={0} aria-valuemax={100}
      style={percent(box)} onKeyDown={onKeyDown}
      onPointerDown={(event) => {
        last.current = where(event);
        event.currentTarget.setPointerCapture(event.pointerId);
        event.preventDefault();
      }}
      onPointerMove={move} onPointerUp={() => (last.current = null)} />
  );
}

/** How much of the window the split has that a divider is in. */
function roomOf(desk: Desk, { path, across }: Divider): number {
  let tree = desk.tab.tree;
  let room = 1;
  for (const index of path) {
    if ("pane" in tree) break;
    if (tree.across === across) room *= tree.shares[index] ?? 1;
    tree = tree.parts[index] ?? tree;
  }
  return room;
}
