/** The table of all sessions, and the details of one. */
import { useMemo, useState } from "preact/hooks";
import type { AdminApi } from "./api.ts";
import type { SessionRow, Visitor } from "./data.ts";
import { Several, usePicked } from "./bulk.tsx";
import type { Feed } from "./feed.ts";
import { Grid, type GridColumn } from "./grid.tsx";
import { Fact, focusGrid, said, Search, Side, Sure, useNow, usePolled } from "./parts.tsx";
import { find, type Order, sort } from "./rows.ts";
import { bytes, duration, TEXT } from "./text.ts";

export const nameOf = (row: { title: string; id: string }) => row.title || row.id.slice(0, 8);

function columnsAt(now: number): GridColumn<SessionRow>[] {
  return [
    {
      key: "state", label: TEXT.state, width: "7.5rem",
      value: (row) => TEXT.stateOf(row.state, row.attached),
      cell: (row) => {
        const state = TEXT.stateOf(row.state, row.attached);
        return <span class={`dot ${state}`}>{state}</span>;
      },
    },
    {
      key: "title", label: TEXT.name, width: "minmax(8rem, 2fr)", value: (row) => row.title || row.id,
      cell: (row) => <span class={row.title ? "name" : "name untitled"}>{nameOf(row)}</span>,
    },
    {
      key: "user", label: TEXT.user, width: "minmax(6rem, 1fr)", value: (row) => row.user,
      cell: (row) => row.user,
    },
    {
      key: "created", label: TEXT.started, width: "7rem", number: true, descending: true,
      value: (row) => row.created, cell: (row) => TEXT.ago(now - row.created),
    },
    {
      key: "attached", wide: true, label: TEXT.at, width: "5rem", number: true, descending: true,
      value: (row) => row.attached, cell: (row) => row.attached,
    },
    {
      key: "size", wide: true, label: TEXT.size, width: "5.5rem", number: true, value: (row) => row.cols * row.rows,
      cell: (row) => TEXT.cells(row.cols, row.rows),
    },
    {
      key: "output", wide: true, label: TEXT.output, width: "6rem", number: true, descending: true,
      value: (row) => row.output, cell: (row) => bytes(row.output),
    },
    {
      key: "rate", label: TEXT.rate, width: "6.5rem", number: true, descending: true,
      value: (row) => row.rate, cell: (row) => TEXT.perSecond(row.rate),
    },
    {
      key: "expires", label: TEXT.ends, width: "6.5rem", number: true,
      value: (row) => row.expires ?? Number.MAX_VALUE,
      cell: (row) => (row.expires === null ? "" : duration(row.expires - now)),
    },
  ];
}

interface Props {
  api: AdminApi;
  feed: Feed;
  search: string;
  setSearch: (search: string) => void;
  /** The session whose details are shown. */
  chosen: string | null;
  choose: (id: string | null) => void;
  say: (words: string) => void;
}

export function Sessions({ api, feed, search, setSearch, chosen, choose, say }: Props) {
  const [order, setOrder] = useState<Order>({ key: "created", descending: true });
  const now = useNow();
  const columns = columnsAt(now);
  const rows = useMemo(
    () => {
      const words = (row: SessionRow) => `${row.title} ${row.user} ${row.id} ${row.profile}`;
      return sort(find(feed.sessions.values(), search, words), columnsAt(0), order);
    },
    [feed.version, search, order],
  );
  const picks = usePicked(rows, nameOf);
  const close = () => {
    choose(null);
    focusGrid();
  };
  const empty = feed.loading ? TEXT.loading : feed.sessions.size ? TEXT.nothingFound : TEXT.noSessions;
  return (
    <div class={chosen === null ? "view" : "view beside"}>
      <div class="tools">
        <Search value={search} hint={TEXT.searchSessions} set={setSearch} />
        <Several api={api} rows={rows} picks={picks} say={say} />
        <span class="counted">
          {TEXT.count.sessions(rows.length, feed.sessions.size)}
        </span>
      </div>
      <Grid name={TEXT.sessions} prefix="session" columns={columns} rows={rows} keyOf={(row) => row.id}
        order={order} setOrder={setOrder} chosen={chosen} open={(row) => choose(row.id)} empty={empty}
        picks={picks} />
      {chosen !== null && (
        <Details key={chosen} id={chosen} api={api} row={feed.sessions.get(chosen)} close={close} say={say} />
      )}
    </div>
  );
}

interface DetailsProps {
  id: string;
  api: AdminApi;
  /** What is known from the table; nothing where it has ended. */
  row: SessionRow | undefined;
  close: () => void;
  say: (words: string) => void;
}

function Details({ id, api, row, close, say }: DetailsProps) {
  const [more, problem] = usePolled(() => api.session(id), 2000, id);
  const now = useNow();
  const session = row ?? more?.session;
  const name = session ? nameOf(session) : id.slice(0, 8);
  return (
    <Side name={name} close={close}>
      {problem !== null && !more && <p class="danger" role="alert">{said(problem)}</p>}
      {!row && more && <p class="quiet">{TEXT.gone}</p>}
      {session && (
        <dl class="facts">
          <Fact name={TEXT.user}>{session.user}</Fact>
          <Fact name={TEXT.state}>{TEXT.stateOf(session.state, session.attached)}</Fact>
          <Fact name={TEXT.id}><code>{session.id}</code></Fact>
          {session.profile && <Fact name={TEXT.profile}>{session.profile}</Fact>}
          <Fact name={TEXT.started}>{TEXT.ago(now - session.created)}</Fact>
          <Fact name={TEXT.size}>{TEXT.cells(session.cols, session.rows)}</Fact>
          <Fact name={TEXT.output}>{bytes(session.output)}</Fact>
          {more && <Fact name={TEXT.scrollback}>{bytes(more.scrollback)}</Fact>}
          {more && more.queued > 0 && <Fact name={TEXT.queued}>{bytes(more.queued)}</Fact>}
          {more?.pid && <Fact name={TEXT.process}>{more.pid}</Fact>}
          {more && <Fact name={TEXT.shares}>{more.shares}</Fact>}
          {session.expires !== null && <Fact name={TEXT.ends}>{duration(session.expires - now)}</Fact>}
        </dl>
      )}
      {more?.screen_lost && <p class="quiet">{TEXT.screenLost}</p>}
      {more && <People people={more.people} />}
      {row && <Actions key={id} id={id} name={name} api={api} say={say} />}
    </Side>
  );
}

function People({ people }: { people: Visitor[] }) {
  return (
    <>
      <h3>{TEXT.peopleHere}</h3>
      {people.length === 0 && <p class="quiet">{TEXT.nobodyHere}</p>}
      <ul class="people">
        {people.map((one) => (
          <li key={one.client}>
            <span class="name">{one.user}</span>
            <span class="quiet">
              {one.role === "writer" ? TEXT.writer : one.asks ? TEXT.asks : TEXT.viewer}
              {", "}{one.remote}, {TEXT.behind(one.behind)}
            </span>
          </li>
        ))}
      </ul>
    </>
  );
}

interface ActionsProps {
  id: string;
  name: string;
  api: AdminApi;
  say: (words: string) => void;
}

function Actions({ id, name, api, say }: ActionsProps) {
  const [asking, setAsking] = useState<"watch" | "end" | null>(null);
  const [problem, setProblem] = useState("");
  const [link, setLink] = useState("");
  const done = () => setAsking(null);
  const attempt = async (work: () => Promise<void>) => {
    setProblem("");
    try {
      await work();
      done();
    } catch (error) {
      setProblem(said(error));
    }
  };
  const watch = async () => {
    // Opened at the click: later a browser takes it for unwanted.
    const page = window.open("about:blank");
    await attempt(async () => {
      const path = await api.watch(id).catch((error: unknown) => {
        page?.close();
        throw error;
      });
      if (page) page.location.replace(path);
      else setLink(path);
    });
  };
  const end = () => attempt(async () => {
    await api.end(id);
    say(TEXT.ended(name));
  });
  return (
    <div class="acts">
      {problem && <p class="danger" role="alert">{problem}</p>}
      {link && <a class="button" href={link} target="_blank" rel="noopener">{TEXT.watchReady}</a>}
      {asking === "watch" && (
        <Sure question={TEXT.watchSure} yes={TEXT.watchIt} no={TEXT.notNow} act={watch} close={done} />
      )}
      {asking === "end" && (
        <Sure question={TEXT.endSure} danger yes={TEXT.endIt} no={TEXT.keepIt} act={end} close={done} />
      )}
      {asking === null && (
        <div class="actions">
          <button type="button" onClick={() => setAsking("watch")}>{TEXT.watch}</button>
          <button type="button" class="danger" aria-label={TEXT.endOf(name)}
            onClick={() => setAsking("end")}>{TEXT.end}</button>
        </div>
      )}
    </div>
  );
}
