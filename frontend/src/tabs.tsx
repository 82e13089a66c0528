/** The row of tabs, where there are several: to choose one, close one, or drag one elsewhere: to another
 * place among them, or to a side of a terminal. */
import { useLayoutEffect, useRef } from "preact/hooks";
import { nameOf } from "./names.ts";
import type { Page } from "./page.ts";
import { Pane } from "./pane.ts";
import { isFinal } from "./status.ts";
import { TEXT } from "./text.ts";

export function Tabs({ page }: { page: Page }) {
  const { desk } = page;
  const list = useRef<HTMLUListElement>(null);
  const current = desk.tabs[desk.position];
  // The row may be longer than the window is wide; where one is must not be beyond its edge.
  useLayoutEffect(() => {
    list.current?.querySelector(".shown")?.scrollIntoView({ block: "nearest", inline: "nearest" });
  }, [desk.position, desk.tabs.length, current && nameOf(page, desk.paneOf(current))]);
  if (desk.tabs.length < 2) return null;
  const drop = (at: number) => {
    const { dragged } = desk;
    if (dragged instanceof Pane) desk.activate(dragged), desk.detach(), page.toPane();
    else if (dragged) desk.move(desk.tabs.indexOf(dragged), at);
    desk.dragged = null;
  };
  return (
    <nav class="tabs" aria-label={TEXT.tabs}>
      <ul ref={list}>
        {desk.tabs.map((tab, at) => {
          const pane = desk.paneOf(tab);
          const title = nameOf(page, pane);
          const shown = at === desk.position;
          return (
            <li key={tab.id} class={shown ? "shown" : ""} draggable
              onDragStart={() => (desk.dragged = tab)} onDragEnd={() => (desk.dragged = null)}
              onDragOver={(event) => event.preventDefault()}
              onDrop={(event) => (event.preventDefault(), drop(at))}>
              <button type="button" class="name" aria-current={shown ? "true" : undefined} title={title}
                onClick={() => page.showTab(at)}>
                <span class={`dot ${isFinal(pane.status) ? "final" : pane.status.kind}`} />
                {title}
              </button>
              <button type="button" class="close" aria-label={TEXT.closeOf(title)} title={TEXT.closeOf(title)}
                onClick={() => page.closeTab(tab)}>×</button>
            </li>
          );
        })}
      </ul>
      <button type="button" class="close" aria-label={TEXT.newTab} title={TEXT.newTab}
        onClick={page.openTab}>+</button>
    </nav>
  );
}
