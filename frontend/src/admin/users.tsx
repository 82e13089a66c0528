/** The table of all users: what they have, and who is near a limit. */
import { useMemo, useState } from "preact/hooks";
import type { AdminApi } from "./api.ts";
import type { UserRow } from "./data.ts";
import type { Feed } from "./feed.ts";
import { Grid, type GridColumn } from "./grid.tsx";
import { Fact, focusGrid, said, Search, Side, Sure } from "./parts.tsx";
import { find, type Order, sort } from "./rows.ts";
import { TEXT } from "./text.ts";

/** From how much of a limit on somebody counts as near it. */
const NEAR = 0.8;

export function Meter({ part }: { part: number }) {
  if (part <= 0) return null;
  const look = part >= 1 ? "full" : part >= NEAR ? "near" : "";
  return (
    <span class={`meter ${look}`}>
      <span class="bar"><span style={{ width: `${Math.min(1, part) * 100}%` }} /></span>
      {Math.round(part * 100)} %
    </span>
  );
}

const COLUMNS: GridColumn<UserRow>[] = [
  {
    key: "name", label: TEXT.user, width: "minmax(8rem, 2fr)", value: (row) => row.name,
    cell: (row) => (
      <span class="name">{row.name}{row.admin && <span class="tag">{TEXT.admin}</span>}</span>
    ),
  },
  {
    key: "groups", label: TEXT.groups, width: "minmax(6rem, 1fr)", value: (row) => row.groups.join(", "),
    cell: (row) => row.groups.join(", "),
  },
  {
    key: "sessions", label: TEXT.concurrent, width: "7rem", number: true, descending: true,
    value: (row) => row.sessions, cell: (row) => TEXT.ofLimit(row.sessions, row.max_per_user),
  },
  {
    key: "created", label: TEXT.created, width: "7rem", number: true, descending: true,
    value: (row) => row.created, cell: (row) => TEXT.ofLimit(row.created, row.max_per_hour),
  },
  {
    key: "attached", wide: true, label: TEXT.connections, width: "7rem", number: true, descending: true,
    value: (row) => row.attached, cell: (row) => row.attached,
  },
  {
    key: "logins", wide: true, label: TEXT.logins, width: "5.5rem", number: true, descending: true,
    value: (row) => row.logins, cell: (row) => row.logins,
  },
  {
    key: "near", label: TEXT.near, width: "9rem", number: true, descending: true,
    value: (row) => row.near, cell: (row) => <Meter part={row.near} />,
  },
];

interface Props {
  api: AdminApi;
  feed: Feed;
  showSessions: (user: string) => void;
  say: (words: string) => void;
}

export function Users({ api, feed, showSessions, say }: Props) {
  const [order, setOrder] = useState<Order>({ key: "near", descending: true });
  const [search, setSearch] = useState("");
  const [nearOnly, setNearOnly] = useState(false);
  const [chosen, setChosen] = useState<string | null>(null);
  const rows = useMemo(() => {
    const words = (row: UserRow) => `${row.name} ${row.groups.join(" ")}`;
    const found = find(feed.users.values(), search, words);
    return sort(nearOnly ? found.filter((row) => row.near >= NEAR) : found, COLUMNS, order);
  }, [feed.version, search, order, nearOnly]);
  const user = chosen === null ? undefined : feed.users.get(chosen);
  const close = () => {
    setChosen(null);
    focusGrid();
  };
  const empty = feed.loading ? TEXT.loading : feed.users.size ? TEXT.nothingFound : TEXT.noUsers;
  return (
    <div class={user ? "view beside" : "view"}>
      <div class="tools">
        <Search value={search} hint={TEXT.searchUsers} set={setSearch} />
        <label class="check">
          <input type="checkbox" checked={nearOnly}
            onChange={(event) => setNearOnly(event.currentTarget.checked)} />
          {TEXT.nearOnly}
        </label>
        <span class="counted">
          {TEXT.count.users(rows.length, feed.users.size)}
        </span>
      </div>
      <Grid name={TEXT.users} prefix="user" columns={COLUMNS} rows={rows} keyOf={(row) => row.name}
        order={order} setOrder={setOrder} chosen={chosen} open={(row) => setChosen(row.name)} empty={empty} />
      {user && (
        <Side name={user.name} close={close}>
          <dl class="facts">
            {user.admin && <Fact name={TEXT.role}>{TEXT.admin}</Fact>}
            <Fact name={TEXT.groups}>{user.groups.join(", ") || TEXT.noLimit}</Fact>
            <Fact name={TEXT.concurrent}>{TEXT.ofLimit(user.sessions, user.max_per_user)}</Fact>
            <Fact name={TEXT.created}>{TEXT.ofLimit(user.created, user.max_per_hour)}</Fact>
            {user.group && (
              <Fact name={TEXT.inGroup}>
                {user.group}: {TEXT.ofLimit(user.in_group, user.max_in_group)}
              </Fact>
            )}
            <Fact name={TEXT.connections}>{user.attached}</Fact>
            <Fact name={TEXT.logins}>{user.logins}</Fact>
          </dl>
          <div class="actions">
            <button type="button" onClick={() => showSessions(user.name)}>{TEXT.theirSessions}</button>
          </div>
          <LogOut key={user.name} name={user.name} api={api} say={say} />
        </Side>
      )}
    </div>
  );
}

interface LogOutProps {
  name: string;
  api: AdminApi;
  say: (words: string) => void;
}

function LogOut({ name, api, say }: LogOutProps) {
  const [asking, setAsking] = useState(false);
  const [problem, setProblem] = useState("");
  const logOut = async () => {
    setProblem("");
    try {
      say(TEXT.loggedOutOf(name, await api.logOut(name)));
      setAsking(false);
    } catch (error) {
      setProblem(said(error));
    }
  };
  return (
    <div class="acts">
      {problem && <p class="danger" role="alert">{problem}</p>}
      {asking ? (
        <Sure question={TEXT.logOutSure} danger yes={TEXT.logOutIt} no={TEXT.notNow} act={logOut}
          close={() => setAsking(false)} />
      ) : (
        <button type="button" class="danger" onClick={() => setAsking(true)}>{TEXT.logOut}</button>
      )}
    </div>
  );
}
