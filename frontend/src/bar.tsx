/** The bar above the terminal: its name, how the connection is, and the menu. */
import { words } from "./final.tsx";
import { holderOf } from "./holder.ts";
import { useCountdown } from "./hooks.ts";
import { Logo } from "./icons.tsx";
import { Menu } from "./menu.tsx";
import { NewTab } from "./newtab.tsx";
import type { Page } from "./page.ts";
import type { Pane } from "./pane.ts";
import { isFinal, isSilent, type Status } from "./status.ts";
import { TEXT } from "./text.ts";
import { Typist } from "./typist.tsx";

interface Props {
  page: Page;
  pane: Pane;
}

export function Bar({ page, pane }: Props) {
  return (
    <header class="bar">
      <a class="brand" href={page.config.base} title={TEXT.newSession} aria-label={TEXT.newSession}>
        <Logo />
      </a>
      <h1 class="title">{page.title}</h1>
      <NewTab page={page} />
      <Typist page={page} pane={pane} />
      <Pill status={pane.status} />
      <Control pane={pane} />
      <Menu page={page} pane={pane} />
    </header>
  );
}

function Pill({ status }: { status: Status }) {
  const seconds = useCountdown(status.kind === "reconnecting" ? status.at : null);
  const label = labelOf(status, seconds);
  return (
    <span class={`pill ${lookOf(status)}`} title={label}>
      <span class="words">{label}</span>
    </span>
  );
}

/** Who does not type can ask for it or take it, and who types in another's terminal give it back. */
function Control({ pane }: { pane: Pane }) {
  const { status, guest } = pane;
  const { members, me, mayControl, takeControl, release } = pane.company;
  const asks = members.some((member) => member.client === me && member.asks);
  const button = (text: string, act: () => void, hint: string) => (
    <button type="button" class="small" title={hint} onClick={act}>{text}</button>
  );
  if (status.kind === "live" && guest) return button(TEXT.giveBack, release, TEXT.granted);
  if (status.kind !== "viewer" || !mayControl) return null;
  if (asks) return button(TEXT.stopAsking, release, TEXT.asked);
  if (guest) return button(TEXT.askForControl, takeControl, TEXT.guestHint);
  return button(TEXT.takeControl, takeControl, holderOf(members, me));
}

/** Which colour says how it goes: that a program has ended is no misfortune. */
function lookOf(status: Status): string {
  if (isSilent(status)) return "reconnecting";
  return isFinal(status) && status.kind !== "ended" ? "final" : status.kind;
}

function labelOf(status: Status, seconds: number): string {
  switch (status.kind) {
    case "connecting":
      return TEXT.connecting;
    case "live":
    case "viewer":
      if (status.silent) return TEXT.silent;
      return status.kind === "live" ? TEXT.live : TEXT.viewer;
    case "reconnecting":
      return TEXT.reconnectingIn(seconds);
    case "ended":
      return TEXT.ended;
    default:
      return words(status)[0];
  }
}

/** The sentence that a screen reader says when the state changes; it has no countdown. */
export function spoken(status: Status): string {
  if (isFinal(status)) return words(status).join(". ");
  if (isSilent(status)) return TEXT.silentTitle;
  if (status.kind === "reconnecting") return `${status.reason} ${TEXT.reconnectingIn(0)}`;
  return labelOf(status, 0);
}
