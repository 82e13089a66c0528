/** The audit stream: what happens, as it happens, and the part of it that is wanted. */
import { useMemo, useState } from "preact/hooks";
import type { AuditRow } from "./data.ts";
import type { Feed } from "./feed.ts";
import { Grid, type GridColumn } from "./grid.tsx";
import { Fact, focusGrid, Search, Side } from "./parts.tsx";
import { find, type Order, sort } from "./rows.ts";
import { TEXT } from "./text.ts";

const time = new Intl.DateTimeFormat(undefined, { timeStyle: "medium" });
const moment = new Intl.DateTimeFormat(undefined, { dateStyle: "medium", timeStyle: "long" });

const shown = (value: unknown) => (typeof value === "string" ? value : JSON.stringify(value));

const factsOf = (row: AuditRow) =>
  Object.entries(row.facts)
    .filter(([, value]) => value !== "" && value !== null)
    .map(([name, value]) => `${name}=${shown(value)}`)
    .join(" ");

const BAD = /failed|denied|error|lost|killed/;

const COLUMNS: GridColumn<AuditRow>[] = [
  {
    key: "number", label: TEXT.time, width: "7rem", descending: true, value: (row) => row.number,
    cell: (row) => time.format(row.time * 1000),
  },
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
function kindsOf(events: AuditRow[]): string[] {
  const kinds = new Set<string>();
  for (const { event } of events) {
    kinds.add(event);
    kinds.add(`${event.slice(0, event.indexOf("."))}.*`);
  }
  return [...kinds].sort();
}

const fits = (event: string, kind: string) =>
  kind === "" || (kind.endsWith("*") ? event.startsWith(kind.slice(0, -1)) : event === kind);

interface Props {
  feed: Feed;
  showSession: (id: string) => void;
}

export function Audit({ feed, showSession }: Props) {
  const [order, setOrder] = useState<Order>({ key: "number", descending: true });
  const [kind, setKind] = useState("");
  const [user, setUser] = useState("");
  const [search, setSearch] = useState("");
  const [frozen, setFrozen] = useState<AuditRow[] | null>(null);
  const [chosen, setChosen] = useState<string | null>(null);
  const events = frozen ?? feed.audit;
  const kinds = useMemo(() => kindsOf(events), [events]);
  const users = useMemo(() => [...new Set(events.map((row) => row.user).filter(Boolean))].sort(), [events]);
  const rows = useMemo(() => {
    const wanted = events.filter((row) => fits(row.event, kind) && (user === "" || row.user === user));
    const words = (row: AuditRow) =>
      `${row.event} ${row.user} ${row.remote} ${row.session} ${factsOf(row)}`;
    return sort(find(wanted, search, words), COLUMNS, order);
  }, [events, kind, user, search, order]);
  const event = chosen === null ? undefined : events.find((row) => String(row.number) === chosen);
  const close = () => {
    setChosen(null);
    focusGrid();
  };
  const since = frozen ? feed.audit.length - frozen.length : 0;
  return (
    <div class={event ? "view beside" : "view"}>
      <div class="tools">
        <select aria-label={TEXT.event} value={kind} onChange={(e) => setKind(e.currentTarget.value)}>
          <option value="">{TEXT.everyEvent}</option>
          {kinds.map((one) => <option key={one}>{one}</option>)}
        </select>
        <select aria-label={TEXT.user} value={user} onChange={(e) => setUser(e.currentTarget.value)}>
          <option value="">{TEXT.anyUser}</option>
          {users.map((one) => <option key={one}>{one}</option>)}
        </select>
        <Search value={search} hint={TEXT.anywhere} set={setSearch} />
        <button type="button" aria-pressed={frozen !== null}
          onClick={() => setFrozen(frozen ? null : feed.audit)}>{frozen ? TEXT.goOn : TEXT.pause}</button>
        <span class="counted">
          {frozen ? TEXT.paused(Math.max(0, since)) : TEXT.count.events(rows.length)}
        </span>
      </div>
      <Grid name={TEXT.audit} prefix="event" columns={COLUMNS} rows={rows}
        keyOf={(row) => String(row.number)} order={order} setOrder={setOrder} chosen={chosen}
        open={(row) => setChosen(String(row.number))}
        empty={feed.audit.length ? TEXT.nothingFound : TEXT.noEvents} />
      {feed.missed > 0 && <p class="quiet note">{TEXT.missed(feed.missed)}</p>}
      {event && (
        <Side name={event.event} close={close}>
          <dl class="facts">
            <Fact name={TEXT.time}>{moment.format(event.time * 1000)}</Fact>
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
