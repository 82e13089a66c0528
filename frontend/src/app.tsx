/** The page, drawn. */
import { useEffect, useReducer, useRef } from "preact/hooks";
import { actionsOf } from "./actions.ts";
import { Bar, spoken } from "./bar.tsx";
import { Commands } from "./commands.tsx";
import { EndedDock, FinalCard, type FinalProps } from "./final.tsx";
import { KeyRow } from "./keyrow.tsx";
import { Notices } from "./notices.tsx";
import type { Page } from "./page.ts";
import { PasteDialog } from "./pastedialog.tsx";
import { Preferences } from "./preferences.tsx";
import { SearchBar } from "./searchbar.tsx";
import { ShareDialog } from "./share.tsx";
import { isFinal } from "./status.ts";

export function App({ page }: { page: Page }) {
  const [, redraw] = useReducer((count: number) => count + 1, 0);
  const host = useRef<HTMLDivElement>(null);
  useEffect(() => {
    page.onChange = () => redraw(undefined);
    if (host.current) page.start(host.current);
  }, [page]);

  const { pane, api, overlay } = page;
  const { status, session } = pane;
  useEffect(() => {
    document.documentElement.dataset["state"] = status.kind;
  }, [status.kind]);
  const final: FinalProps | null = isFinal(status)
    ? { status, api, base: page.config.base, session, takeControl: pane.takeControl }
    : null;
  const stale = status.kind === "reconnecting" || (final !== null && status.kind !== "ended");
  return (
    <>
      <Bar page={page} pane={pane} />
      <main class={`stage ${stale ? "stale" : ""} ${pane.effects.ringing ? "ringing" : ""}`}>
        <div class="host" ref={host} />
        {overlay === "search" && <SearchBar pane={pane} close={page.hide} />}
        <Notices page={page} pane={pane} />
        {final && status.kind !== "ended" && <FinalCard {...final} />}
      </main>
      {!final && status.kind !== "viewer" && (
        <KeyRow sticky={page.sticky} press={pane.press} toggle={pane.toggle} />
      )}
      {final && status.kind === "ended" && <EndedDock {...final} />}
      {overlay === "commands" && <Commands actions={actionsOf(page).filter(({ id }) => id !== "commands")} close={page.hide} />}
      {overlay === "settings" && (
        <Preferences settings={page.settings} size={page.fontSize} notify={page.notify} close={page.hide} />
      )}
      {overlay === "paste" && (
        <PasteDialog text={pane.effects.pasting} close={page.hide} paste={() => (page.hide(), pane.effects.paste())} />
      )}
      {overlay === "share" && session && !final && (
        <ShareDialog api={api} session={session} close={page.hide} />
      )}
      <div class="off-screen" role="status" aria-live="polite">{spoken(status)}</div>
      <div class="off-screen" role="status" aria-live="polite">{pane.effects.said}</div>
    </>
  );
}
