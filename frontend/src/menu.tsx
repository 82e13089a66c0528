/** The menu at the right of the bar: everything that there is to do with this terminal and others. */
import { useRef, useState } from "preact/hooks";
import { type Action, actionsOf, PROFILE } from "./actions.ts";
import { Keys } from "./commands.tsx";
import { useOutside } from "./hooks.ts";
import { Dots } from "./icons.tsx";
import type { Page } from "./page.ts";
import type { Pane } from "./pane.ts";
import { People } from "./people.tsx";
import { Sessions } from "./sessions.tsx";
import { isFinal } from "./status.ts";
import { TEXT } from "./text.ts";

/** The actions that people look for in a menu; the palette has them all. */
const MENU = ["tab", "across", "down", "close", "paste", "commands", "search", "save", "upload", "settings", "install"];

interface Props {
  page: Page;
  pane: Pane;
}

export function Menu(props: Props) {
  const { page, pane } = props;
  const { config } = page;
  const { status, session, guest } = pane;
  const { members, me, grant } = pane.company;
  const [open, setOpen] = useState(false);
  const menu = useRef<HTMLDetailsElement>(null);
  useOutside(menu, () => setOpen(false));
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.key !== "Escape" && !(event.ctrlKey && event.key === "F6")) return;
    event.preventDefault();
    setOpen(false);
    pane.focus();
  };
  const actions = open ? actionsOf(page) : [];
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
            <Sessions page={page} current={session} here onLeave={pane.goElsewhere} arrived={() => setOpen(false)} />
          )}
          {members.length > 1 && <h2>{TEXT.peopleHere}</h2>}
          {members.length > 1 && (
            <People members={members} me={me} decides={!guest} grant={(client) => (setOpen(false), grant(client), pane.focus())} />
          )}
          <hr />
          {shown(actions).map((action) => (
            <Item key={action.id} action={action} done={() => setOpen(false)} />
          ))}
          {!guest && !isFinal(status) && session && <OwnItems {...props} done={() => setOpen(false)} />}
          {config.user?.admin && (
            <a class="button item" href={`${config.base}admin`}>{TEXT.administration}</a>
          )}
          {config.user ? (
            config.logout !== null && (
              <button type="button" class="item" onClick={page.logOut}>{TEXT.logOut}</button>
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

/** Keyboards have keys for these. */
const FOR_FINGERS = new Set(["paste"]);

/** The menu's actions that are possible now, with each profile behind the usual new tab. */
function shown(actions: Action[]): Action[] {
  const profiles = actions.filter(({ id }) => id.startsWith(PROFILE));
  const fingers = matchMedia("(pointer: coarse)").matches;
  return MENU.filter((id) => fingers || !FOR_FINGERS.has(id)).flatMap((id) => {
    const found = actions.filter((action) => action.id === id);
    return id === "tab" ? [...found, ...profiles] : found;
  });
}

/** One of the page's actions, with its shortcut. */
function Item({ action, done }: { action: Action; done(): void }) {
  return (
    <button type="button" class="item" onClick={() => (done(), action.run())}>
      <span>{action.label}</span>
      <Keys action={action} usual />
    </button>
  );
}

/** What only the owner of a session does with it. */
function OwnItems({ page, pane, done }: Props & { done(): void }) {
  const { status, rename, endSession } = pane;
  const { members, release } = pane.company;
  const item = (text: string, act: () => void, more = "") => (
    <button type="button" class={`item ${more}`} onClick={() => (done(), act())}>{text}</button>
  );
  return (
    <>
      {item(TEXT.share, () => page.show("share"))}
      {item(TEXT.rename, rename)}
      {status.kind === "live" && members.length > 1 && item(TEXT.giveUp, release)}
      {item(TEXT.endSession, endSession, "danger")}
    </>
  );
}
