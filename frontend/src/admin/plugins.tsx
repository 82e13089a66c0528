/** The plugins, in the order in which they are asked, and how they are doing. */
import type { AdminApi } from "./api.ts";
import type { PluginRow } from "./data.ts";
import { said, useNow, usePolled } from "./parts.tsx";
import { FORMATS, TEXT } from "./text.ts";

export function Plugins({ api }: { api: AdminApi }) {
  const [plugins, problem] = usePolled(() => api.plugins(), 3000);
  return (
    <div class="view scrolls">
      {problem !== null && !plugins && <p class="danger" role="alert">{said(problem)}</p>}
      {!plugins && problem === null && <p class="quiet">{TEXT.loading}</p>}
      <ol class="plugins">
        {plugins?.map((plugin) => <Plugin key={plugin.name} plugin={plugin} />)}
      </ol>
    </div>
  );
}

function Plugin({ plugin }: { plugin: PluginRow }) {
  const now = useNow(10_000);
  const { trouble } = plugin;
  const origin = `${plugin.distribution} ${plugin.version}`.trim();
  return (
    <li class="panel">
      <h2>
        {plugin.name} <span class="quiet">{origin}</span>
        <span class={plugin.errors > 0 ? "tag bad" : "tag"}>
          {plugin.errors > 0 ? TEXT.failing(plugin.errors) : TEXT.fine}
        </span>
      </h2>
      <dl class="figures">
        <Figure name={TEXT.calls} value={FORMATS.number(plugin.calls)} />
        <Figure name={TEXT.errors} value={FORMATS.number(plugin.errors)} bad={plugin.errors > 0} />
        <Figure name={TEXT.mean} value={TEXT.milliseconds(plugin.seconds / Math.max(1, plugin.calls))} />
        <Figure name={TEXT.blocked} value={TEXT.milliseconds(plugin.blocked)} bad={plugin.blocked > 1} />
      </dl>
      {trouble && (
        <p class="trouble">
          {TEXT.lastTrouble(trouble.hook, TEXT.ago(now - trouble.time))} <code>{trouble.why}</code>
        </p>
      )}
      <details>
        <summary>{TEXT.hooksOf(plugin.hooks.length)}</summary>
        <div class="wide">
          <table>
            <thead>
              <tr>
                <th scope="col">{TEXT.hook}</th>
                <th scope="col">{TEXT.calls}</th>
                <th scope="col">{TEXT.errors}</th>
                <th scope="col">{TEXT.mean}</th>
                <th scope="col">{TEXT.longest}</th>
                <th scope="col">{TEXT.blocked}</th>
              </tr>
            </thead>
            <tbody>
              {plugin.hooks.map((hook) => (
                <tr key={hook.hook}>
                  <th scope="row">{hook.hook}</th>
                  <td>{FORMATS.number(hook.calls)}</td>
                  <td>{FORMATS.number(hook.errors)}</td>
                  <td>{TEXT.milliseconds(hook.seconds / Math.max(1, hook.calls))}</td>
                  <td>{TEXT.milliseconds(hook.longest)}</td>
                  <td>{TEXT.milliseconds(hook.blocked)}</td>
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      </details>
    </li>
  );
}

export function Figure({ name, value, bad = false }: { name: string; value: string; bad?: boolean }) {
  return (
    <div class={bad ? "bad" : ""}>
      <dt>{name}</dt>
      <dd>{value}</dd>
    </div>
  );
}
