/** One terminal of the page with everything that lies over it and below it. */
import { useLayoutEffect, useRef } from "preact/hooks";
import { percent } from "./dividers.tsx";
import { EndedDock, FinalCard, type FinalProps } from "./final.tsx";
import type { Box, Direction } from "./layout.ts";
import { Notices } from "./notices.tsx";
import type { Page } from "./page.ts";
import { Pane } from "./pane.ts";
import { SearchBar } from "./searchbar.tsx";
import { isFinal } from "./status.ts";
import { TEXT } from "./text.ts";
import { typing } from "./typist.tsx";

interface Props {
  page: Page;
  pane: Pane;
  /** Where it is; null while its tab is not shown. */
  box: Box | null;
  /** Which of all terminals it is, from 1. */
  number: number;
  /** Whether there are others from which it has to be told. */
  among: boolean;
}

export function PaneView({ page, pane, box, number, among }: Props) {
  const host = useRef<HTMLDivElement>(null);
  useLayoutEffect(() => {
    if (host.current) page.begin(pane, host.current);
  }, [pane]);
  const { status, session } = pane;
  const used = page.pane === pane;
  const alone = page.desk.panes.size === 1;
  const final: FinalProps | null = isFinal(status)
    ? {
      page, status, session, takeControl: pane.company.takeControl,
      inPlace: alone ? null : {
        renew: (other) => page.renew(pane, other),
        close: () => page.close(pane),
      },
    }
    : null;
  const typist = typing(pane);
  const stale = status.kind === "reconnecting" || (final !== null && status.kind !== "ended");
  return (
    <section class={`pane ${used && among ? "used" : ""}`} aria-label={among ? `${number}. ${page.titleOf(pane)}` : undefined}
      hidden={box === null} style={box ? percent(box) : undefined}
      onFocusIn={() => page.activate(pane)} onPointerDown={() => page.activate(pane)} {...dropsOf(page, pane)}>
      <div class={`stage ${stale ? "stale" : ""} ${pane.effects.ringing ? "ringing" : ""} ${typist ? `shared ${typist}` : ""}`}>
        <div class="host" ref={host} />
        {used && page.overlay === "search" && <SearchBar pane={pane} close={page.hide} />}
        <Notices page={page} pane={pane} />
        {final && status.kind !== "ended" && <FinalCard {...final} />}
        {among && <Grip page={page} pane={pane} />}
      </div>
      {final && status.kind === "ended" && <EndedDock {...final} />}
    </section>
  );
}

/** What a pointer takes a terminal by; the keyboard has commands for it. */
function Grip({ page, pane }: { page: Page; pane: Pane }) {
  const { desk } = page;
  const drag = (dragged: Pane | null) => {
    desk.dragged = dragged;
    // A browser gives a drag up where what is dragged changes in the same moment.
    setTimeout(() => page.changed());
  };
  return (
    <div class="grip" title={TEXT.dragTerminal} aria-hidden="true" draggable
      onDragStart={(event) => (event.dataTransfer?.setData("text/x-tornterm", ""), drag(pane))}
      onDragEnd={() => drag(null)} />
  );
}

/** Where a terminal that is dragged gets a tab of its own. */
export function NewTabZone({ page }: { page: Page }) {
  const { desk } = page;
  if (!(desk.dragged instanceof Pane)) return null;
  const onDrop = (event: DragEvent) => {
    event.preventDefault();
    if (desk.dragged instanceof Pane) desk.activate(desk.dragged);
    desk.dragged = null;
    desk.detach();
    page.toPane();
  };
  return (
    <div class="zone" aria-hidden="true" onDragOver={(event) => event.preventDefault()} onDrop={onDrop}>
      {TEXT.dropForTab}
    </div>
  );
}

/** A tab that is dragged to a side of a terminal comes there with its terminals, or one terminal does. */
function dropsOf(page: Page, pane: Pane) {
  const { desk } = page;
  const shown = (event: DragEvent, side: Direction | null) => {
    const { dataset } = event.currentTarget as HTMLElement;
    if (side) dataset["drop"] = side;
    else delete dataset["drop"];
  };
  const fits = () => desk.dragged !== null && desk.dragged !== desk.tab && desk.dragged !== pane;
  return {
    onDragOver(event: DragEvent) {
      if (!fits()) return;
      event.preventDefault();
      shown(event, sideOf(event));
    },
    onDragLeave: (event: DragEvent) => shown(event, null),
    onDrop(event: DragEvent) {
      shown(event, null);
      if (!fits() || !desk.dragged) return;
      event.preventDefault();
      if (desk.dragged instanceof Pane) desk.moveBeside(desk.dragged, pane, sideOf(event));
      else desk.join(desk.dragged, pane, sideOf(event));
      desk.dragged = null;
      page.toPane();
    },
  };
}

/** The side of the terminal that the pointer is nearest to. */
function sideOf(event: DragEvent): Direction {
  const { left, top, width, height } = (event.currentTarget as HTMLElement).getBoundingClientRect();
  const x = (event.clientX - left) / (width || 1) - 0.5;
  const y = (event.clientY - top) / (height || 1) - 0.5;
  if (Math.abs(x) > Math.abs(y)) return x < 0 ? "Left" : "Right";
  return y < 0 ? "Up" : "Down";
}
