/** The person's sessions: which there are, the way back to each, and an end for those not needed. */
import type { ComponentChildren } from "preact";
import { useEffect, useRef, useState } from "preact/hooks";
import type { SessionRow } from "./api.ts";
import { nameOfRow } from "./names.ts";
import type { Page } from "./page.ts";
import { TEXT } from "./text.ts";

interface Props {
  page: Page;
  /** The session that this tab shows; it is left out. */
  current: string | null;
  /** Whether something is said of this tab's own session, too. */
  here?: boolean;
  /** Said above them, where there are any; without it, it is said that there are none. */
  hint?: string;
  /** One of them was chosen, and the page is about to be left. */
  onLeave?: (() => void) | undefined;
  /** Take one of them up here, instead of going to its address. */
  choose?: ((row: SessionRow) => void) | undefined;
  /** One of them was open in this page, and is shown now. */
  arrived?: (() => void) | undefined;
}

export function Sessions({ page, current, here = false, hint = "", onLeave, choose, arrived }: Props) {
  const { api } = page;
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
    .sort((one, other) => rank(page, one) - rank(page, other));
  const taken = shown.some((row) => !page.paneWith(row.id)?.client?.session.live && placesElsewhere(page, row) > 0);
  return (
    <div class="choice" ref={all} tabIndex={-1}>
      {own && <p class="own">{TEXT.thisSession} <Facts page={page} row={own} /></p>}
      {problem && <p class="danger" role="alert">{problem}</p>}
      {hint && shown.length > 0 && <p>{hint} {taken && TEXT.takenOver}</p>}
      {!hint && shown.length === 0 && <p>{TEXT.noSessions}</p>}
      {shown.length > 0 && (
        <ul class="sessions">
          {shown.map((row) => (
            <Row key={row.id} page={page} row={row} end={end} onLeave={onLeave} choose={choose} arrived={arrived} />
          ))}
        </ul>
      )}
    </div>
  );
}

function said(error: unknown): string {
  return (error instanceof Error && error.message) || TEXT.serverTrouble;
}

/** At how many places a session is open besides this page. */
function placesElsewhere(page: Page, row: SessionRow): number {
  return row.attached - Number(page.paneWith(row.id)?.client?.session.live ?? false);
}

/** Those that wait come first, then those that are open elsewhere, and those of this page as its tabs are. */
function rank(page: Page, row: SessionRow): number {
  const pane = page.paneWith(row.id);
  return pane ? 2 + page.desk.positionOf(pane) : Number(row.attached > 0);
}

type RowProps = Pick<Props, "page" | "onLeave" | "choose" | "arrived"> & {
  row: SessionRow;
  end(row: SessionRow): Promise<void>;
};

function Row({ page, row, end, onLeave, choose, arrived }: RowProps) {
  const [asking, setAsking] = useState(false);
  const name = nameOfRow(page, row);
  const pane = page.paneWith(row.id);
  const elsewhere = placesElsewhere(page, row);
  const go = (event: MouseEvent) => {
    if ((!pane && !choose) || event.ctrlKey || event.metaKey || event.shiftKey) {
      onLeave?.();
      return;
    }
    event.preventDefault();
    // A session has one terminal in a page: a second one would take control from the first.
    if (!pane) choose?.(row);
    else {
      page.goTo(pane);
      arrived?.();
    }
  };
  return (
    <li>
      <a href={`${page.config.base}s/${row.id}`} onClick={go}>
        <span class="name">{name}</span>
        <Facts page={page} row={row}>
          {pane && <span class="fact">{TEXT.openHere}</span>}
          {elsewhere > 0 && <span class="fact">{TEXT.openAt(elsewhere)}</span>}
          {!pane && elsewhere <= 0 && <span class="fact">{TEXT.detached}</span>}
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

interface FactsProps extends Pick<Props, "page"> {
  row: SessionRow;
  /** Where it is open, which is no news of what one looks at. */
  children?: ComponentChildren;
}

/** What there is to say of a session besides its name. */
function Facts({ page, row, children }: FactsProps) {
  const now = Date.now() / 1000;
  // A profile that is not there any more has its name.
  const program = page.profiles.find(({ name }) => name === row.profile)?.label ?? row.profile;
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
