/** The bar above the terminal: its name, how the connection is, and the menu. */
import { useEffect, useRef, useState } from "preact/hooks";
import type { Api } from "./api.ts";
import type { PageConfig } from "./config.ts";
import { Dots, Logo } from "./icons.tsx";
import { useCountdown } from "./hooks.ts";
import { People } from "./people.tsx";
import type { Member } from "./protocol.ts";
import { Sessions } from "./sessions.tsx";
import { isFinal, isSilent, type Status } from "./status.ts";
import { TEXT } from "./text.ts";
import { words } from "./final.tsx";

interface Props {
  config: PageConfig;
  api: Api;
  title: string;
  status: Status;
  session: string | null;
  /** Whether this page came with a share. */
  guest: boolean;
  members: Member[];
  me: string | null;
  mayControl: boolean;
  takeControl(): void;
  grant(client: string): void;
  release(): void;
  share(): void;
  rename(): void;
  /** A session of the list was chosen. */
  goElsewhere(): void;
  endSession(): void;
  saveOutput(): void;
  logOut(): void;
  /** The menu was left towards the terminal. */
  leave(): void;
}

export function Bar(props: Props) {
  return (
    <header class="bar">
      <a class="brand" href={props.config.base} title={TEXT.newSession} aria-label={TEXT.newSession}>
        <Logo />
      </a>
      <h1 class="title">{props.title}</h1>
      <Pill status={props.status} />
      <Control {...props} />
      <Menu {...props} />
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
function Control({ status, guest, members, me, mayControl, takeControl, release }: Props) {
  const asks = members.some((member) => member.client === me && member.asks);
  const button = (text: string, act: () => void, hint: string) => (
    <button type="button" class="small" title={hint} onClick={act}>{text}</button>
  );
  if (status.kind === "live" && guest) return button(TEXT.giveBack, release, TEXT.granted);
  if (status.kind !== "viewer" || !mayControl) return null;
  if (asks) return button(TEXT.stopAsking, release, TEXT.asked);
  if (guest) return button(TEXT.askForControl, takeControl, TEXT.guestHint);
  return button(TEXT.takeControl, takeControl, TEXT.viewerHint);
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

function Menu(props: Props) {
  const { config, api, status, session, guest, members, me, leave } = props;
  const [open, setOpen] = useState(false);
  const menu = useRef<HTMLDetailsElement>(null);
  useEffect(() => {
    const outside = (event: Event) => {
      if (!menu.current?.contains(event.target as Node)) setOpen(false);
    };
    addEventListener("pointerdown", outside);
    return () => removeEventListener("pointerdown", outside);
  }, []);
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.key !== "Escape" && !(event.ctrlKey && event.key === "F6")) return;
    event.preventDefault();
    setOpen(false);
    leave();
  };
  const name = config.user?.display_name || config.user?.name;
  return (
    <details class="menu" ref={menu} open={open} onKeyDown={onKeyDown}
      onToggle={(event) => setOpen(event.currentTarget.open)}>
      <summary id="menu" aria-label={TEXT.menu} title={TEXT.menu}>
        <Dots />
      </summary>
      {open && (
        <div class="sheet">
          {name && <p>{TEXT.signedInAs(name)}</p>}
          {config.user && <a class="button item" href={config.base}>{TEXT.newSession}</a>}
          {config.user && <h2>{TEXT.yourSessions}</h2>}
          {config.user && (
            <Sessions api={api} base={config.base} current={session} onLeave={props.goElsewhere} />
          )}
          {members.length > 1 && <h2>{TEXT.peopleHere}</h2>}
          {members.length > 1 && (
            <People members={members} me={me} decides={!guest} grant={props.grant} />
          )}
          <hr />
          <button type="button" class="item" onClick={() => (setOpen(false), props.saveOutput())}>
            {TEXT.saveOutput}
          </button>
          {!guest && !isFinal(status) && session && <OwnItems {...props} done={() => setOpen(false)} />}
          {config.user ? (
            config.logout !== null && (
              <button type="button" class="item" onClick={props.logOut}>{TEXT.logOut}</button>
            )
          ) : (
            <a class="button item" href={`${config.base}login`}>{TEXT.logIn}</a>
          )}
          <p class="hint">{TEXT.leaveHint}</p>
        </div>
      )}
    </details>
  );
}

/** What only the owner of a session does with it. */
function OwnItems({ status, members, share, rename, release, endSession, done }: Props & { done(): void }) {
  const item = (text: string, act: () => void, more = "") => (
    <button type="button" class={`item ${more}`} onClick={() => (done(), act())}>{text}</button>
  );
  return (
    <>
      {item(TEXT.share, share)}
      {item(TEXT.rename, rename)}
      {status.kind === "live" && members.length > 1 && item(TEXT.giveUp, release)}
      {item(TEXT.endSession, endSession, "danger")}
    </>
  );
}
