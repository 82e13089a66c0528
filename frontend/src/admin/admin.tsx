/** The administration page: live views of sessions, users, events, plugins and the server. */
import "./admin.css";
import { render } from "preact";
import { useEffect, useReducer, useRef, useState } from "preact/hooks";
import { readConfig } from "../config.ts";
import { Logo } from "../icons.tsx";
import { AdminApi } from "./api.ts";
import { Audit } from "./audit.tsx";
import type { AdminConfig } from "./data.ts";
import { type Connection, Feed } from "./feed.ts";
import { Plugins } from "./plugins.tsx";
import { Recordings } from "./recordings.tsx";
import { Server } from "./server.tsx";
import { Sessions } from "./sessions.tsx";
import { TEXT } from "./text.ts";
import { Users } from "./users.tsx";

const config = readConfig<AdminConfig>();
const api = new AdminApi(config.base);
if (config.theme !== "auto") document.documentElement.dataset["theme"] = config.theme;

const ALL = ["sessions", "users", "audit", "plugins", "recordings", "server"] as const;
type View = (typeof ALL)[number];
const VIEWS = ALL.filter((view) => view !== "recordings" || config.recordings);

const LABELS: Record<Connection, string> = {
  connecting: TEXT.connecting,
  live: TEXT.live,
  reconnecting: TEXT.reconnecting,
  login: TEXT.loggedOut,
  refused: TEXT.refused,
};

const feed = new Feed({
  source: (known) => new EventSource(`${api.events}${known ? `?known=${known}` : ""}`),
  status: () => api.status(),
  later: (run, ms) => window.setTimeout(run, ms),
}, config.older);

function viewIn(hash: string): View {
  const wanted = hash.slice(1);
  return VIEWS.find((view) => view === wanted) ?? "sessions";
}

/** Draw anew when the feed has changed, at most once for each frame. */
function useFeed(): void {
  const [, redraw] = useReducer((count: number) => count + 1, 0);
  useEffect(() => {
    let asked = 0;
    feed.onChange = () => {
      asked ||= requestAnimationFrame(() => {
        asked = 0;
        redraw(undefined);
      });
    };
    feed.start();
    return () => cancelAnimationFrame(asked);
  }, []);
}

function Admin() {
  useFeed();
  const [view, setView] = useState<View>(viewIn(location.hash));
  const [search, setSearch] = useState("");
  const [chosen, setChosen] = useState<string | null>(null);
  const [spoken, say] = useState("");
  const show = (wanted: View) => {
    history.replaceState(null, "", `#${wanted}`);
    setView(wanted);
  };
  useEffect(() => {
    const follow = () => setView(viewIn(location.hash));
    addEventListener("hashchange", follow);
    return () => removeEventListener("hashchange", follow);
  }, []);
  useEffect(() => {
    document.documentElement.dataset["state"] = feed.connection;
  });
  const showSession = (id: string) => {
    setSearch("");
    setChosen(id);
    show("sessions");
  };
  const showSessions = (user: string) => {
    setSearch(user);
    setChosen(null);
    show("sessions");
  };
  return (
    <>
      <header>
        <div class="bar">
          <a class="brand" href={config.base} title={TEXT.backToTerminal} aria-label={TEXT.backToTerminal}>
            <Logo />
          </a>
          <h1>{TEXT.title}</h1>
          <span class={`pill ${feed.connection}`}>{LABELS[feed.connection]}</span>
        </div>
        <Tabs view={view} show={show} />
      </header>
      <main>
        <Trouble connection={feed.connection} />
        <div class="panels" id="panel" role="tabpanel" aria-labelledby={`tab-${view}`}>
          {view === "sessions" && (
            <Sessions api={api} feed={feed} search={search} setSearch={setSearch} chosen={chosen}
              choose={setChosen} say={say} />
          )}
          {view === "users" && <Users api={api} feed={feed} showSessions={showSessions} say={say} />}
          {view === "audit" && <Audit api={config.older ? api : null} feed={feed} showSession={showSession} say={say} />}
          {view === "plugins" && <Plugins api={api} />}
          {view === "recordings" && <Recordings base={config.base} />}
          {view === "server" && <Server api={api} feed={feed} />}
        </div>
      </main>
      <div class="off-screen" role="status" aria-live="polite">{spoken || LABELS[feed.connection]}</div>
    </>
  );
}

function Trouble({ connection }: { connection: Connection }) {
  if (connection === "login") {
    const next = encodeURIComponent(location.pathname + location.hash);
    return (
      <p class="banner" role="alert">
        {TEXT.loginEnded} <a href={`${config.base}login?next=${next}`}>{TEXT.logIn}</a>
      </p>
    );
  }
  if (connection === "refused") return <p class="banner" role="alert">{TEXT.notAdmin}</p>;
  if (connection === "reconnecting") return <p class="banner">{TEXT.unreachable}</p>;
  return null;
}

function Tabs({ view, show }: { view: View; show: (view: View) => void }) {
  const list = useRef<HTMLDivElement>(null);
  useEffect(() => {
    list.current?.querySelector(`#tab-${view}`)?.scrollIntoView({ block: "nearest", inline: "nearest" });
  }, [view]);
  const onKeyDown = (event: KeyboardEvent) => {
    const at = VIEWS.indexOf(view);
    const steps: Record<string, number> = {
      ArrowRight: at + 1,
      ArrowLeft: at - 1 + VIEWS.length,
      Home: 0,
      End: VIEWS.length - 1,
    };
    const to = steps[event.key];
    const next = to === undefined ? undefined : VIEWS[to % VIEWS.length];
    if (!next) return;
    event.preventDefault();
    show(next);
    list.current?.querySelector<HTMLElement>(`#tab-${next}`)?.focus();
  };
  return (
    <div class="tabs" role="tablist" aria-label={TEXT.views} ref={list} onKeyDown={onKeyDown}>
      {VIEWS.map((one) => (
        <button key={one} type="button" role="tab" id={`tab-${one}`} aria-selected={one === view}
          aria-controls="panel" tabIndex={one === view ? 0 : -1} onClick={() => show(one)}>{TEXT[one]}</button>
      ))}
    </div>
  );
}

const root = document.getElementById("app");
if (root) render(<Admin />, root);
