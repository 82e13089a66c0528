/** The person's sessions: which there are, the way back to each, and an end for those not needed. */
import type { ComponentChildren } from "preact";
import { useEffect, useRef, useState } from "preact/hooks";
import type { Api, Profile, SessionRow } from "./api.ts";
import { TEXT } from "./text.ts";

interface Props {
  api: Api;
  base: string;
  /** The session that this tab shows; it is left out. */
  current: string | null;
  /** Where the profiles of sessions have their labels; one that is not there any more has its name. */
  profiles: readonly Profile[];
  /** Whether something is said of this tab's own session, too. */
  here?: boolean;
  /** Said above them, where there are any; without it, it is said that there are none. */
  hint?: string;
  /** One of them was chosen, and the page is about to be left. */
  onLeave?: (() => void) | undefined;
  /** Take one of them up here, instead of going to its address. */
  choose?: ((row: SessionRow) => void) | undefined;
}

export function Sessions({ api, base, current, profiles, here = false, hint = "", onLeave, choose }: Props) {
  const [rows, setRows] = useState<SessionRow[] | null>(null);
  const [problem, setProblem] = useState("");
  const all = useRef<HTMLDivElement>(null);
  const load = () => api.sessions().then(setRows, () => setRows([]));
  useEffect(() => {
    void load();
  }, [api]);
  const end = async (row: SessionRow): Promise<void> => {
    setProblem("");
    await api.end(row.id).catch((error: unknown) => setProblem(said(error)));
    await load();
    // The button that had the focus has gone with its row.
    all.current?.focus();
  };
  if (rows === null) return null;
  const own = rows.find(({ id }) => here && id === current);
  const shown = rows
    .filter((row) => row.id !== current && row.state !== "ended")
    .sort((one, other) => Number(one.attached > 0) - Number(other.attached > 0));
  return (
    <div class="choice" ref={all} tabIndex={-1}>
      {own && <p class="own">{TEXT.thisSession} <Facts row={own} profiles={profiles} /></p>}
      {problem && <p class="danger" role="alert">{problem}</p>}
      {hint && shown.length > 0 && <p>{hint}</p>}
      {!hint && shown.length === 0 && <p>{TEXT.noSessions}</p>}
      {shown.length > 0 && (
        <ul class="sessions">
          {shown.map((row) => (
            <Row key={row.id} row={row} base={base} profiles={profiles} end={end} onLeave={onLeave} choose={choose} />
          ))}
        </ul>
      )}
    </div>
  );
}

function said(error: unknown): string {
  return (error instanceof Error && error.message) || TEXT.serverTrouble;
}

type RowProps = Pick<Props, "base" | "profiles" | "onLeave" | "choose"> & {
  row: SessionRow;
  end(row: SessionRow): Promise<void>;
};

function Row({ row, base, profiles, end, onLeave, choose }: RowProps) {
  const [asking, setAsking] = useState(false);
  const name = row.title || TEXT.sessionFallback(row.id);
  const go = (event: MouseEvent) => {
    if (!choose || event.ctrlKey || event.metaKey || event.shiftKey) {
      onLeave?.();
      return;
    }
    event.preventDefault();
    choose(row);
  };
  return (
    <li>
      <a href={`${base}s/${row.id}`} onClick={go}>
        <span class="name">{name}</span>
        <Facts row={row} profiles={profiles}>
          <span class="fact">{row.attached > 0 ? TEXT.openAt(row.attached) : TEXT.detached}</span>
        </Facts>
      </a>
      {asking ? (
        <Sure name={name} end={() => end(row)} keep={() => setAsking(false)} />
      ) : (
        <button type="button" class="small danger" aria-label={TEXT.endOf(name)}
          onClick={() => setAsking(true)}>{TEXT.end}</button>
      )}
    </li>
  );
}

interface FactsProps extends Pick<Props, "profiles"> {
  row: SessionRow;
  /** Where it is open, which is no news of what one looks at. */
  children?: ComponentChildren;
}

/** What there is to say of a session besides its name. */
function Facts({ row, profiles, children }: FactsProps) {
  const now = Date.now() / 1000;
  const program = profiles.find(({ name }) => name === row.profile)?.label ?? row.profile;
  return (
    <>
      {program && <span class="fact">{program}</span>}
      <span class="fact">{TEXT.sessionSince(now - row.created)}</span>
      {children}
      {row.expires !== null && <span class="fact">{TEXT.keptFor(row.expires - now)}</span>}
      <span class="fact">{TEXT.cells(row.cols, row.rows)}</span>
    </>
  );
}

/** Asked in the row itself, so that nobody has to guess which session is meant. */
function Sure({ name, end, keep }: { name: string; end(): Promise<void>; keep(): void }) {
  const [ending, setEnding] = useState(false);
  const safe = useRef<HTMLButtonElement>(null);
  useEffect(() => safe.current?.focus(), []);
  const go = () => {
    setEnding(true);
    void end().finally(() => setEnding(false));
  };
  return (
    <div class="sure" role="group" aria-label={TEXT.endOf(name)}>
      <span>{TEXT.endOtherSure}</span>
      <button type="button" class="small" ref={safe} onClick={keep}>{TEXT.keepIt}</button>
      <button type="button" class="small danger" disabled={ending} onClick={go}>{TEXT.endIt}</button>
    </div>
  );
}
