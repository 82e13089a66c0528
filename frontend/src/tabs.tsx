/** The row of tabs, where there are several: to choose one, close one, or drag one elsewhere. */
import { useRef } from "preact/hooks";
import type { Page } from "./page.ts";
import { isFinal } from "./status.ts";
import { TEXT } from "./text.ts";

export function Tabs({ page }: { page: Page }) {
  const { desk } = page;
  const dragged = useRef<number | null>(null);
  if (desk.tabs.length < 2) return null;
  const drop = (at: number) => {
    if (dragged.current !== null) desk.move(dragged.current, at);
    dragged.current = null;
  };
  return (
    <nav class="tabs" aria-label={TEXT.tabs}>
      <ul>
        {desk.tabs.map((tab, at) => {
          const pane = desk.paneOf(tab);
          const title = `${at + 1} ${page.titleOf(pane)}`;
          const shown = at === desk.position;
          return (
            <li key={tab.id} class={shown ? "shown" : ""} draggable
              onDragStart={() => (dragged.current = at)}
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
