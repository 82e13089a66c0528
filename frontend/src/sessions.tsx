/** The person's sessions, to choose from. */
import { useEffect, useState } from "preact/hooks";
import type { Api, SessionRow } from "./api.ts";
import { TEXT } from "./text.ts";

interface Props {
  api: Api;
  base: string;
  /** The session that this tab shows; it is left out. */
  current: string | null;
  /** Said above them, where there are any; without it, it is said that there are none. */
  hint?: string;
  /** One of them was chosen, and the page is about to be left. */
  onLeave?: (() => void) | undefined;
}

export function Sessions({ api, base, current, hint = "", onLeave }: Props) {
  const [rows, setRows] = useState<SessionRow[] | null>(null);
  useEffect(() => {
    api.sessions().then(setRows, () => setRows([]));
  }, [api]);
  if (rows === null) return null;
  const shown = rows
    .filter((row) => row.id !== current && row.state !== "ended")
    .sort((one, other) => Number(one.attached > 0) - Number(other.attached > 0));
  if (shown.length === 0) return hint ? null : <p>{TEXT.noSessions}</p>;
  return (
    <>
      {hint && <p>{hint}</p>}
      <ul class="sessions">
        {shown.map((row) => (
          <Row key={row.id} row={row} base={base} onLeave={onLeave} />
        ))}
      </ul>
    </>
  );
}

function Row({ row, base, onLeave }: { row: SessionRow } & Pick<Props, "base" | "onLeave">) {
  return (
    <li>
      <a href={`${base}s/${row.id}`} onClick={onLeave}>
        <span class="name">{row.title || TEXT.sessionFallback(row.id)}</span>
        <span class="fact">{TEXT.sessionSince(Date.now() / 1000 - row.created)}</span>
        <span class="fact">{row.attached > 0 ? TEXT.attachedNow : TEXT.detached}</span>
      </a>
    </li>
  );
}
