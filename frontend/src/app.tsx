/** The page: one tab's state, drawn. */
import { useEffect, useReducer, useRef, useState } from "preact/hooks";
import { Bar, spoken } from "./bar.tsx";
import { EndedDock, FinalCard } from "./final.tsx";
import { KeyRow } from "./keyrow.tsx";
import { Notices } from "./notices.tsx";
import type { Page } from "./page.tsx";
import { ShareDialog } from "./share.tsx";
import { isFinal } from "./status.ts";

export function App({ page }: { page: Page }) {
  const [, redraw] = useReducer((count: number) => count + 1, 0);
  const host = useRef<HTMLDivElement>(null);
  useEffect(() => {
    page.onChange = () => redraw(undefined);
    if (host.current) page.start(host.current);
  }, [page]);

  const [sharing, setSharing] = useState(false);
  const { status, config, api, session } = page;
  useEffect(() => {
    document.documentElement.dataset["state"] = status.kind;
  }, [status.kind]);
  const final = isFinal(status)
    ? { status, api, base: config.base, session, takeControl: page.takeControl }
    : null;
  const stale = status.kind === "reconnecting" || (final !== null && status.kind !== "ended");
  return (
    <>
      <Bar config={config} api={api} title={page.title} status={status} session={session}
        guest={page.guest} members={page.members} me={page.me} mayControl={page.mayControl}
        takeControl={page.takeControl} grant={page.grant} release={page.release} share={() => setSharing(true)}
        rename={page.rename} goElsewhere={page.goElsewhere}
        endSession={page.endSession} saveOutput={page.saveOutput} logOut={page.logOut} leave={page.focus} />
      <main class={`stage ${stale ? "stale" : ""}`}>
        <div class="host" ref={host} />
        <Notices status={status} waiting={page.waiting} held={page.held} messages={page.messages}
          asking={page.asking} grant={page.grant} ignore={page.ignore}
          retryNow={page.retryNow} sendHeld={page.sendHeld}
          discardHeld={page.discardHeld} cursorHigh={page.cursorHigh} copy={page.copyMessage}
          showMenu={page.showMenu} dismiss={page.dismiss} />
        {sharing && session && !final && (
          <ShareDialog api={api} session={session} close={() => {
            setSharing(false);
            page.focus();
          }} />
        )}
        {final && status.kind !== "ended" && <FinalCard {...final} />}
      </main>
      {!final && status.kind !== "viewer" && (
        <KeyRow sticky={page.sticky} press={page.press} toggle={page.toggle} />
      )}
      {final && status.kind === "ended" && <EndedDock {...final} />}
      <div class="off-screen" role="status" aria-live="polite">{spoken(status)}</div>
    </>
  );
}
