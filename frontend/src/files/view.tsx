/** Offers, drops and transfers, as cards over the terminal. */
import type { ComponentChildren } from "preact";
import { visiblePath } from "./offer.ts";
import { bytes, FILES } from "./text.ts";
import type { Progress, Transfers } from "./transfers.ts";

export function TransferCards({ transfers }: { transfers: Transfers }) {
  const { offers, dropped, progress } = transfers;
  return (
    <div class="messages" aria-live="polite">
      {offers.map(({ key, offer }) => (
        <Card key={key} title={FILES.offerTitle}>
          <code>{visiblePath(offer.path)}</code> ({bytes(offer.size)})
          <div class="actions">
            <Button onClick={() => void transfers.accept(key)}>{FILES.download}</Button>
            <Button onClick={() => transfers.refuse(key)}>{FILES.dismiss}</Button>
          </div>
        </Card>
      ))}
      {dropped.length > 0 && (
        <Card title={FILES.dropTitle(dropped.length, dropped.reduce((sum, file) => sum + file.size, 0))}>
          <ul class="files">
            {dropped.slice(0, 5).map((file) => <li key={file.name}>{visiblePath(file.name)}</li>)}
            {dropped.length > 5 && <li>{FILES.more(dropped.length - 5)}</li>}
          </ul>
          <div class="actions">
            <Button onClick={() => void transfers.upload()}>{FILES.upload}</Button>
            <Button onClick={transfers.forget}>{FILES.cancel}</Button>
          </div>
        </Card>
      )}
      {progress.map((shown) => <Going key={shown.key} shown={shown} dismiss={transfers.dismiss} />)}
    </div>
  );
}

function Going({ shown, dismiss }: { shown: Progress; dismiss(key: number): void }) {
  const { kind, name, size, done, state, words } = shown;
  const over = state === "done" || state === "failed";
  return (
    <Card title={FILES.title(kind, visiblePath(name))} good={state === "done"}>
      {!over && <progress max={Math.max(1, size)} value={done} aria-label={name} />}
      <span class="fact">
        {state === "done" && FILES.done(kind, visiblePath(words))}
        {state === "failed" && FILES.failed(words)}
        {state === "waiting" && FILES.waiting}
        {!over && ` ${FILES.of(bytes(done), bytes(size))}`}
      </span>
      <div class="actions">
        {over ? (
          <Button onClick={() => dismiss(shown.key)}>{FILES.dismiss}</Button>
        ) : (
          <Button onClick={() => shown.stop()}>{FILES.cancel}</Button>
        )}
      </div>
    </Card>
  );
}

function Card({ title, good, children }: { title: string; good?: boolean; children: ComponentChildren }) {
  return (
    <div class={`notice transfer ${good ? "good" : ""}`}>
      <strong>{title}</strong>
      {children}
    </div>
  );
}

function Button({ onClick, children }: { onClick(): void; children: string }) {
  return <button type="button" class="small" onClick={onClick}>{children}</button>;
}
