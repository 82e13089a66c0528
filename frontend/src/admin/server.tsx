/** The server itself: the last hour in figures, and its configuration. */
import { useEffect, useState } from "preact/hooks";
import { type AdminApi, ReloadError } from "./api.ts";
import { Chart } from "./chart.tsx";
import type { Sample } from "./data.ts";
import type { Feed } from "./feed.ts";
import { said, Sure, useNow, usePolled } from "./parts.tsx";
import { Figure } from "./plugins.tsx";
import { bytes, duration, TEXT } from "./text.ts";

interface Props {
  api: AdminApi;
  feed: Feed;
}

export function Server({ api, feed }: Props) {
  const [facts, problem] = usePolled(() => api.server(), 5000);
  const samples = useSamples(api, feed);
  const now = useNow();
  const times = samples.map((sample) => sample.time);
  const of = (key: keyof Sample) => samples.map((sample) => sample[key]);
  return (
    <div class="view scrolls">
      {problem !== null && !facts && <p class="danger" role="alert">{said(problem)}</p>}
      {facts?.draining && <p class="danger" role="alert">{TEXT.draining}</p>}
      {facts && (
        <dl class="figures panel">
          <Figure name={TEXT.sessions} value={TEXT.ofLimit(facts.sessions, facts.max_sessions)}
            bad={facts.max_sessions > 0 && facts.sessions >= facts.max_sessions} />
          <Figure name={TEXT.connections} value={String(facts.connections)} />
          <Figure name={TEXT.logins} value={String(facts.logins)} />
          <Figure name={TEXT.auditLost} value={String(facts.audit_lost)} bad={facts.audit_lost > 0} />
          <Figure name={TEXT.running} value={duration(now - facts.started)} />
          {facts.version && <Figure name={TEXT.version} value={facts.version} />}
        </dl>
      )}
      {samples.length === 0 ? (
        <p class="quiet">{TEXT.noFigures}</p>
      ) : (
        <div class="charts">
          <Chart name={TEXT.chartSessions} times={times} values={of("sessions")} format={String} />
          <Chart name={TEXT.chartOutput} times={times} values={of("output")}
            format={(value) => `${bytes(value)}/s`} />
          <Chart name={TEXT.chartDelay} times={times} values={of("delay")} format={TEXT.milliseconds} />
          <Chart name={TEXT.chartMemory} times={times} values={of("memory")} format={bytes} />
        </div>
      )}
      {facts && <Reload api={api} possible={facts.reloadable} />}
    </div>
  );
}

/** The hour that the server knows, and what has come since. */
function useSamples(api: AdminApi, feed: Feed): Sample[] {
  const [past, setPast] = useState<Sample[]>([]);
  useEffect(() => {
    let over = false;
    api.history().then(
      (history) => {
        if (!over) {
          setPast(history.time.map((time, index) => ({
            time,
            sessions: history.sessions[index] ?? 0,
            connections: history.connections[index] ?? 0,
            output: history.output[index] ?? 0,
            delay: history.delay[index] ?? 0,
            memory: history.memory[index] ?? 0,
          })));
        }
      },
      () => undefined,
    );
    return () => {
      over = true;
    };
  }, [api]);
  const known = past.at(-1)?.time ?? 0;
  return [...past, ...feed.samples.filter((sample) => sample.time > known)].slice(-360);
}

function Reload({ api, possible }: { api: AdminApi; possible: boolean }) {
  const [asking, setAsking] = useState(false);
  const [outcome, setOutcome] = useState<{ words: string; list: string[]; bad: boolean } | null>(null);
  const reload = async () => {
    try {
      const restart = await api.reload();
      const words = restart.length > 0 ? `${TEXT.reloaded} ${TEXT.needsRestart}` : TEXT.reloaded;
      setOutcome({ words, list: restart, bad: false });
    } catch (error) {
      setOutcome({ words: said(error), list: error instanceof ReloadError ? error.problems : [], bad: true });
    }
    setAsking(false);
  };
  return (
    <section class="panel reload" tabIndex={-1}>
      {!possible && <p class="quiet">{TEXT.notReloadable}</p>}
      {possible && !asking && (
        <button type="button" onClick={() => (setAsking(true), setOutcome(null))}>{TEXT.reload}</button>
      )}
      {asking && (
        <Sure question={TEXT.reloadSure} yes={TEXT.reloadIt} no={TEXT.notNow} act={reload}
          close={() => setAsking(false)} />
      )}
      {outcome && (
        <div role="alert">
          <p class={outcome.bad ? "danger" : ""}>{outcome.words}</p>
          <ul>{outcome.list.map((line) => <li key={line}><code>{line}</code></li>)}</ul>
        </div>
      )}
    </section>
  );
}
