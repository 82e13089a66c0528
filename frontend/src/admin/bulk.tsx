/** Several sessions at once: which ones are picked, and their end. */
import { useMemo, useState } from "preact/hooks";
import { ApiError } from "../api.ts";
import type { AdminApi } from "./api.ts";
import type { SessionRow } from "./data.ts";
import type { Picks } from "./grid.tsx";
import { focusGrid, Sure } from "./parts.tsx";
import { TEXT } from "./text.ts";

/** Sessions that are ended at the same time: each waits for its program to be gone. */
const AT_ONCE = 8;

export interface Picked extends Picks {
  set: (keys: Iterable<string>) => void;
}

/** What is picked; never what the table does not show, so that nobody ends what they do not see. */
export function usePicked(rows: SessionRow[], nameOf: (row: SessionRow) => string): Picked {
  const [all, setAll] = useState<ReadonlySet<string>>(new Set());
  const shown = useMemo(() => new Map(rows.map((row) => [row.id, row])), [rows]);
  const picked = useMemo(() => new Set([...all].filter((id) => shown.has(id))), [all, shown]);
  return {
    picked,
    set: (keys) => setAll(new Set(keys)),
    toggle: (id) => {
      const next = new Set(picked);
      if (!next.delete(id)) next.add(id);
      setAll(next);
    },
    label: (id) => {
      const row = shown.get(id);
      return TEXT.pick(row ? nameOf(row) : id);
    },
  };
}

/** End sessions, a few at a time; gives those that could not be. One that has gone by itself counts as ended. */
export async function endAll(ids: Iterable<string>, end: (id: string) => Promise<void>): Promise<string[]> {
  const waiting = [...ids];
  const failed: string[] = [];
  const work = async () => {
    for (let id = waiting.shift(); id !== undefined; id = waiting.shift()) {
      try {
        await end(id);
      } catch (error) {
        if (!(error instanceof ApiError && error.status === 404)) failed.push(id);
      }
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, work));
  return failed;
}

interface Props {
  api: AdminApi;
  rows: SessionRow[];
  picks: Picked;
  say: (words: string) => void;
}

export function Several({ api, rows, picks, say }: Props) {
  /** Those that the question is about: what is picked later is not meant by its answer. */
  const [asking, setAsking] = useState<string[] | null>(null);
  const [outcome, setOutcome] = useState("");
  const done = () => {
    setAsking(null);
    focusGrid();
  };
  const end = async () => {
    const ids = asking ?? [];
    const failed = await endAll(ids, (id) => api.end(id));
    picks.set(failed);
    const words = TEXT.endedSeveral(ids.length - failed.length, failed.length);
    say(words);
    setOutcome(failed.length > 0 ? words : "");
    done();
  };
  if (asking !== null) {
    return (
      <Sure question={TEXT.endSeveralSure(asking.length)} danger yes={TEXT.endThem} no={TEXT.keepThem}
        act={end} close={done} />
    );
  }
  const count = picks.picked.size;
  return (
    <>
      {count < rows.length && (
        <button type="button" onClick={() => picks.set(rows.map((row) => row.id))}>{TEXT.pickAll}</button>
      )}
      {count > 0 && (
        <>
          <button type="button" onClick={() => (picks.set([]), focusGrid())}>{TEXT.pickNone}</button>
          <button type="button" class="danger" onClick={() => (setOutcome(""), setAsking([...picks.picked]))}>
            {TEXT.endSeveral(count)}
          </button>
        </>
      )}
      {outcome && <span class="danger" role="alert">{outcome}</span>}
    </>
  );
}
