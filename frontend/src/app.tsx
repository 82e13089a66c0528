/** The page, drawn. */
import { useEffect, useLayoutEffect, useReducer } from "preact/hooks";
import { actionsOf } from "./actions.ts";
import { Bar, spoken } from "./bar.tsx";
import { Commands } from "./commands.tsx";
import { Dividers } from "./dividers.tsx";
import { KeyRow } from "./keyrow.tsx";
import { place } from "./layout.ts";
import type { Page } from "./page.ts";
import { NewTabZone, PaneView } from "./paneview.tsx";
import { PasteDialog } from "./pastedialog.tsx";
import { Preferences } from "./preferences.tsx";
import { ShareDialog } from "./share.tsx";
import { isFinal } from "./status.ts";
import { Tabs } from "./tabs.tsx";
import { TEXT } from "./text.ts";
import { whoTypes } from "./typist.tsx";

export function App({ page }: { page: Page }) {
  const [, redraw] = useReducer((count: number) => count + 1, 0);
  useEffect(() => {
    page.onChange = () => redraw(undefined);
    page.start();
  }, [page]);

  useLayoutEffect(page.drawnNow);

  const { pane, api, overlay } = page;
  const { status, session, effects } = pane;
  useEffect(() => {
    document.documentElement.dataset["state"] = status.kind;
  }, [status.kind]);
  return (
    <>
      <Bar page={page} pane={pane} />
      <Tabs page={page} />
      <Panes page={page} />
      {!isFinal(status) && status.kind !== "viewer" && (
        <KeyRow sticky={page.sticky} press={pane.press} toggle={pane.toggle} />
      )}
      {overlay === "commands" && (
        <Commands actions={actionsOf(page).filter(({ id }) => id !== "commands")} close={page.hide} />
      )}
      {overlay === "settings" && (
        <Preferences settings={page.settings} size={page.looks.fontSize} notify={page.notify} close={page.hide} />
      )}
      {overlay === "paste" && (
        <PasteDialog text={effects.pasting} close={page.hide} paste={() => (page.hide(), effects.paste())} />
      )}
      {overlay === "share" && session && !isFinal(status) && (
        <ShareDialog api={api} session={session} name={pane.title || TEXT.sessionFallback(session)}
          people={pane.company.members.length} close={page.hide} />
      )}
      <div class="off-screen" role="status" aria-live="polite">{spoken(status)}</div>
      <div class="off-screen" role="status" aria-live="polite">{effects.said}</div>
      <div class="off-screen" role="status" aria-live="polite" id="who-types">{whoTypes(pane)}</div>
    </>
  );
}

/** The tab that is shown, and those that were: what is once drawn is only hidden. */
function Panes({ page }: { page: Page }) {
  const { desk } = page;
  const { panes } = place(desk.tab.tree);
  desk.seen(panes.keys());
  return (
    <main class="desk">
      <Dividers desk={desk} />
      {[...desk.panes].map(([key, pane], at) => desk.drawn.has(key) && (
        <PaneView key={key} page={page} pane={pane} box={panes.get(key) ?? null} number={at + 1}
          among={panes.size > 1} />
      ))}
      <NewTabZone page={page} />
    </main>
  );
}
