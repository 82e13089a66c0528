/** The audit stream: what happens, as it happens, and the part of it that is wanted. */
import { useEffect, useMemo, useReducer, useRef, useState } from "preact/hooks";
import { widthOf } from "../texts/formats.ts";
import type { AdminApi } from "./api.ts";
import type { AuditRow } from "./data.ts";
import type { Feed } from "./feed.ts";
import { Grid, type GridColumn } from "./grid.tsx";
import { Older, passes } from "./older.ts";
import { Fact, focusGrid, said, Search, Side } from "./parts.tsx";
import { find, type Order, sort } from "./rows.ts";
import { FORMATS, TEXT } from "./text.ts";
import { UserFilter } from "./userfilter.tsx";

const { day, time, exact } = FORMATS;

const shown = (value: unknown) => (typeof value === "string" ? value : JSON.stringify(value));

const factsOf = (row: AuditRow) =>
  Object.entries(row.facts)
    .filter(([, value]) => value !== "" && value !== null)
    .map(([name, value]) => `${name}=${shown(value)}`)
    .join(" ");

const BAD = /failed|denied|error|lost|killed/;

/** With the day where one of the events is not of today. */
function columnsFor(days: boolean): GridColumn<AuditRow>[] {
  const when = (at: number | Date) => (days ? `${day(at)} ${time(at)}` : time(at));
  return [
    {
      key: "number", label: TEXT.time, width: widthOf(when), descending: true,
      value: (row) => row.number, cell: (row) => when(row.time * 1000),
    },
    ...COLUMNS,
  ];
}

const COLUMNS: GridColumn<AuditRow>[] = [
  {
    key: "event", label: TEXT.event, width: "minmax(8rem, 1fr)", value: (row) => row.event,
    cell: (row) => <span class={BAD.test(row.event) ? "name bad" : "name"}>{row.event}</span>,
  },
  {
    key: "user", label: TEXT.user, width: "minmax(6rem, 1fr)", value: (row) => row.user,
    cell: (row) => row.user,
  },
  {
    key: "remote", wide: true, label: TEXT.address, width: "8rem", value: (row) => row.remote,
    cell: (row) => row.remote,
  },
  {
    key: "session", wide: true, label: TEXT.session, width: "6rem", value: (row) => row.session,
    cell: (row) => <code>{row.session.slice(0, 8)}</code>,
  },
  { key: "facts", label: TEXT.facts, width: "minmax(8rem, 2fr)", cell: (row) => factsOf(row) },
];

/** The kinds of events there are, with the families they belong to. */
function kindsOf(events: AuditRow[], chosen: string): string[] {
  const kinds = new Set(chosen ? [chosen] : []);
  for (const { event } of events) {
    kinds.add(event);
    kinds.add(`${event.slice(0, event.indexOf("."))}.*`);
  }
  return [...kinds].sort();
}

/** What somebody has gone back to, for the filters as they are; begun again where they change. */
function useOlder(api: AdminApi | null, feed: Feed, event: string, user: string): Older | null {
  const [, redraw] = useReducer((count: number) => count + 1, 0);
  const began = useRef(false);
  const older = useMemo(
    () => api && new Older({ page: (query) => api.older(query), pause }, { event, user }),
    [api, feed.run, event, user],
  );
  useEffect(() => {
    if (!older) return undefined;
    older.onChange = () => redraw(undefined);
    feed.onDrop = (dropped) => older.take(dropped);
    if (began.current) void older.more(feed.audit);
    return () => {
      began.current = older.started;
      older.stop();
      older.onChange = feed.onDrop = () => undefined;
    };
  }, [older]);
  return older;
}

const pause = (ms: number) => new Promise<void>((done) => setTimeout(done, ms));

interface Props {
  /** Null where no plugin gives older events. */
  api: AdminApi | null;
  feed: Feed;
  showSession: (id: string) => void;
  say: (words: string) => void;
}

export function Audit({ api, feed, showSession, say }: Props) {
  const [order, setOrder] = useState<Order>({ key: "number", descending: true });
  const [kind, setKind] = useState("");
  const [user, setUser] = useState("");
  const [search, setSearch] = useState("");
  const [frozen, setFrozen] = useState<AuditRow[] | null>(null);
  const [chosen, setChosen] = useState<string | null>(null);
  const [reveal, setReveal] = useState<string | null>(null);
  const older = useOlder(api, feed, kind, user);
  const live = frozen ?? feed.audit;
  const events = useMemo(() => [...before(older?.rows ?? [], live[0]), ...live], [older?.rows, live]);
  const kinds = useMemo(() => kindsOf(events, kind), [events, kind]);
  const users = useMemo(() => {
    const names = new Set([...feed.users.keys(), ...events.map((row) => row.user)]);
    return [...names].filter(Boolean).sort(FORMATS.compare);
  }, [events, feed.users.size]);
  const today = day(Date.now());
  const columns = useMemo(() => columnsFor(events.some((row) => day(row.time * 1000) !== today)), [events, today]);
  const rows = useMemo(() => {
    const wanted = events.filter((row) => passes(row, { event: kind, user }));
    const words = (row: AuditRow) =>
      `${row.event} ${row.user} ${row.remote} ${row.session} ${factsOf(row)}`;
    return sort(find(wanted, search, words), columns, order);
  }, [events, kind, user, search, order, columns]);
  const event = chosen === null ? undefined : events.find((row) => String(row.number) === chosen);
  const close = () => {
    setChosen(null);
    focusGrid();
  };
  const goBack = async () => {
    if (!older) return;
    const came = await older.more(feed.audit);
    const [first] = came;
    if (first) setReveal(String(first.number));
    if (first || older.done) say(TEXT.olderCame(came.length, since(older.rows)));
  };
  const missedNow = frozen ? feed.audit.length - frozen.length : 0;
  return (
    <div class={event ? "view beside" : "view"}>
      <div class="tools">
        <select aria-label={TEXT.event} value={kind} onChange={(e) => setKind(e.currentTarget.value)}>
          <option value="">{TEXT.everyEvent}</option>
          {kinds.map((one) => <option key={one}>{one}</option>)}
        </select>
        <UserFilter known={users} choose={setUser} />
        <Search value={search} hint={TEXT.anywhere} set={setSearch} />
        <button type="button" aria-pressed={frozen !== null}
          onClick={() => setFrozen(frozen ? null : feed.audit)}>{frozen ? TEXT.goOn : TEXT.pause}</button>
        <span class="counted">
          {frozen ? TEXT.paused(Math.max(0, missedNow)) : TEXT.count.events(rows.length)}
        </span>
      </div>
      <Grid name={TEXT.audit} prefix="event" columns={columns} rows={rows}
        keyOf={(row) => String(row.number)} order={order} setOrder={setOrder} chosen={chosen}
        open={(row) => setChosen(String(row.number))}
        reveal={reveal} empty={feed.audit.length ? TEXT.nothingFound : TEXT.noEvents} />
      {older ? <GoBack older={older} go={() => void goBack()} /> : feed.missed > 0 && (
        <p class="quiet note">{TEXT.missed(feed.missed)}</p>
      )}
      {event && (
        <Side name={event.event} close={close}>
          <dl class="facts">
            <Fact name={TEXT.time}>{exact(event.time * 1000)}</Fact>
            {event.user && <Fact name={TEXT.user}>{event.user}</Fact>}
            {event.remote && <Fact name={TEXT.address}>{event.remote}</Fact>}
            {event.session && <Fact name={TEXT.session}><code>{event.session}</code></Fact>}
            {Object.entries(event.facts).map(([name, value]) => (
              <Fact key={name} name={name}>{shown(value)}</Fact>
            ))}
          </dl>
          {event.session && feed.sessions.has(event.session) && (
            <div class="actions">
              <button type="button" onClick={() => showSession(event.session)}>{TEXT.showSession}</button>
            </div>
          )}
        </Side>
      )}
    </div>
  );
}

/** Rows that stand before the first of the others, which may have some of them as well. */
function before(rows: AuditRow[], first: AuditRow | undefined): AuditRow[] {
  return first ? rows.filter((row) => row.number < first.number) : rows;
}

/** The moment of the oldest of some rows. */
function since(rows: AuditRow[]): string {
  return rows[0] ? exact(rows[0].time * 1000) : "";
}

/** The way further back, below the list; it keeps the focus, so that one can go on and on. */
function GoBack({ older, go }: { older: Older; go: () => void }) {
  const over = older.done || older.full;
  const words = () => {
    if (older.busy) return TEXT.olderLooking;
    if (older.done) return TEXT.olderDone;
    if (older.full) return TEXT.olderFull;
    return older.rows.length > 0 ? TEXT.olderSince(since(older.rows)) : "";
  };
  return (
    <div class="note tools" aria-busy={older.busy}>
      <button type="button" aria-disabled={over} onClick={() => (older.busy ? older.stop() : go())}>
        {older.busy ? TEXT.olderStop : TEXT.older}
      </button>
      <span class="quiet">{words()}</span>
      {older.problem !== null && <span class="danger" role="alert">{said(older.problem)}</span>}
    </div>
  );
}
