/** Recordings of what sessions printed, where they are made, and a player for them. */
import { useEffect, useMemo, useRef, useState } from "preact/hooks";
import { ApiError } from "../api.ts";
import { widthOf } from "../texts/formats.ts";
import { Grid, type GridColumn } from "./grid.tsx";
import { Fact, focusGrid, said, Search, Side, usePolled } from "./parts.tsx";
import { hasMarks, type Pace, Playback } from "./playback.ts";
import { retellPlayers } from "./playerwords.ts";
import { find, type Order, sort } from "./rows.ts";
import { letFingersSeek } from "./scrub.ts";
import { bytes, FORMATS, TEXT } from "./text.ts";

interface RecordingRow {
  name: string;
  session: string;
  /** Its owner and its name; empty in recordings that do not say. */
  user: string;
  title: string;
  /** `running`, `complete`, `made-up` after a crash, or `unfinished`. */
  state: string;
  /** Seconds since the epoch. */
  time: number;
  bytes: number;
  cols: number;
  rows: number;
}

const titleOf = (row: RecordingRow) => row.title || row.session.slice(0, 8);
/** What is searched, besides the day as it is shown. */
const wordsOf = (row: RecordingRow) =>
  `${row.name} ${began(row)} ${row.user} ${row.title} ${TEXT.recordingState(row.state)}`;
const began = ({ time }: RecordingRow) => FORMATS.second(time * 1000);

const COLUMNS: GridColumn<RecordingRow>[] = [
  {
    key: "created", label: TEXT.began, width: widthOf(FORMATS.second), descending: true,
    value: (row) => row.time, cell: (row) => <span class="name">{began(row)}</span>,
  },
  {
    key: "user", label: TEXT.user, width: "minmax(3.5rem, 1fr)", value: (row) => row.user, cell: (row) => row.user,
  },
  {
    key: "title", label: TEXT.name, width: "minmax(10rem, 2fr)", value: titleOf,
    cell: (row) => (
      <>
        {TEXT.recordingState(row.state) && (
          <span class={`tag before ${row.state === "running" ? "" : "bad"}`}>{TEXT.recordingState(row.state)}</span>
        )}
        <span class={row.title ? "" : "untitled"}>{titleOf(row)}</span>
      </>
    ),
  },
  {
    key: "session", wide: true, label: TEXT.session, width: "21rem", value: (row) => row.session,
    cell: (row) => <code>{row.session}</code>,
  },
  {
    key: "size", wide: true, label: TEXT.size, width: "6rem", number: true, value: (row) => row.cols * row.rows,
    cell: (row) => (row.cols > 0 ? TEXT.cells(row.cols, row.rows) : ""),
  },
  {
    key: "output", wide: true, label: TEXT.onDisk, width: "7rem", number: true, descending: true,
    value: (row) => row.bytes, cell: (row) => bytes(row.bytes),
  },
];

async function ask(base: string, path: string): Promise<Response> {
  const response = await fetch(`${base}-/recorder/recordings${path}`, {
    credentials: "same-origin",
    cache: "no-store",
  });
  if (response.ok) return response;
  const answer = (await response.json().catch(() => ({}))) as { error?: { code?: string; message?: string } };
  throw new ApiError(response.status, answer.error?.code ?? "", answer.error?.message ?? response.statusText);
}

export function Recordings({ base }: { base: string }) {
  const [order, setOrder] = useState<Order>({ key: "created", descending: true });
  const [search, setSearch] = useState("");
  const [chosen, setChosen] = useState<string | null>(null);
  const [all, problem] = usePolled(
    async () => ((await (await ask(base, "")).json()) as { recordings: RecordingRow[] }).recordings,
    10_000,
  );
  const rows = useMemo(
    () => sort(find(all ?? [], search, wordsOf), COLUMNS, order),
    [all, search, order],
  );
  const recording = all?.find((row) => row.name === chosen);
  const close = () => {
    setChosen(null);
    focusGrid();
  };
  return (
    <div class={recording ? "view beside wide-side" : "view"}>
      <div class="tools">
        <Search value={search} hint={TEXT.searchRecordings} set={setSearch} />
        {problem !== null && !all && <span class="danger" role="alert">{said(problem)}</span>}
        <span class="counted">{TEXT.count.recordings(rows.length)}</span>
      </div>
      <Grid name={TEXT.recordings} prefix="recording" columns={COLUMNS} rows={rows} keyOf={(row) => row.name}
        order={order} setOrder={setOrder} chosen={chosen} open={(row) => setChosen(row.name)}
        empty={!all ? TEXT.loading : search ? TEXT.nothingFound : TEXT.noRecordings} />
      {recording && (
        <Side name={began(recording)} close={close} inner={closeHelp}>
          <Screen key={recording.name} base={base} recording={recording} />
          <dl class="facts">
            {recording.user && <Fact name={TEXT.user}>{recording.user}</Fact>}
            {recording.title && <Fact name={TEXT.name}>{recording.title}</Fact>}
            {recording.state !== "complete" && (
              <Fact name={TEXT.state}>
                {recording.state === "made-up" ? TEXT.endMadeUp : TEXT.recordingState(recording.state)}
              </Fact>
            )}
            <Fact name={TEXT.session}><code>{recording.session}</code></Fact>
            <Fact name={TEXT.onDisk}>{bytes(recording.bytes)}</Fact>
          </dl>
        </Side>
      )}
    </div>
  );
}

/** Close the player's help, if it is open: Escape leaves that first. */
function closeHelp({ target }: KeyboardEvent): boolean {
  const help = document.querySelector<HTMLElement>(".side .ap-overlay-help");
  // Where the player has the keyboard it hears of the key as well, and closes it itself.
  if (help && !help.closest(".ap-wrapper")?.contains(target as Node)) help.click();
  return help !== null;
}

const SPEEDS = [0.5, 1, 2, 4, 8];

/** The player, which is loaded with the first recording that somebody wants to see. */
function Screen({ base, recording }: { base: string; recording: RecordingRow }) {
  const { name, cols, rows } = recording;
  const [text, setText] = useState<string | null>(null);
  const [problem, setProblem] = useState("");
  const [pace, setPace] = useState<Pace>({ speed: 1, idle: true });
  const host = useRef<HTMLDivElement>(null);
  const latest = useRef(pace);
  const playback = useRef<Playback | null>(null);
  useEffect(() => {
    ask(base, `/${name}`).then((answer) => answer.text()).then(setText, (error: unknown) => setProblem(said(error)));
  }, [base, name]);
  useEffect(() => {
    if (text === null) return undefined;
    let over = false;
    let silence = () => undefined as void;
    void import("asciinema-player").then(({ create }) => {
      if (over || !host.current) return;
      silence = retellPlayers(host.current);
      letFingersSeek(host.current);
      playback.current = new Playback(create, host.current, text, latest.current);
    }, (error: unknown) => setProblem(said(error)));
    return () => {
      over = true;
      silence();
      playback.current?.dispose();
      playback.current = null;
    };
  }, [text]);
  const change = (part: Partial<Pace>) => {
    latest.current = { ...latest.current, ...part };
    setPace(latest.current);
    playback.current?.change(latest.current);
  };
  return (
    <div class="screen">
      {problem && <p class="danger" role="alert">{problem}</p>}
      <div class="player" ref={host} style={{ "--shape": cols > 0 ? rows / cols : 0.3 }} />
      <div class="tools">
        <label>
          {TEXT.speed}{" "}
          <select value={pace.speed} onChange={(event) => change({ speed: Number(event.currentTarget.value) })}>
            {SPEEDS.map((one) => <option key={one} value={one}>{FORMATS.number(one)}×</option>)}
          </select>
        </label>
        <label class="check">
          <input type="checkbox" checked={pace.idle} onChange={(event) => change({ idle: event.currentTarget.checked })} />
          {TEXT.skipPauses}
        </label>
        {text !== null && hasMarks(text) && (
          <span class="marks">
            <button type="button" onClick={() => void playback.current?.toMark("prev")}>{TEXT.previousMark}</button>
            <button type="button" onClick={() => void playback.current?.toMark("next")}>{TEXT.nextMark}</button>
          </span>
        )}
      </div>
      <p class="quiet"><span class="by-keys">{TEXT.playerHint}</span> {TEXT.playerAudited}</p>
    </div>
  );
}
