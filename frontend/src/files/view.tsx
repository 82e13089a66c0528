/** Offers, drops and transfers, as cards over the terminal. */
import type { ComponentChildren } from "preact";
import { TEXT } from "../text.ts";
import { visiblePath } from "./offer.ts";
import type { Progress, Transfers } from "./transfers.ts";

export function TransferCards({ transfers }: { transfers: Transfers }) {
  const { offers, dropped, progress } = transfers;
  return (
    <div class="messages" aria-live="polite">
      {offers.map(({ key, offer }) => (
        <Card key={key} question title={TEXT.files.offerTitle}>
          <code>{visiblePath(offer.path)}</code> ({TEXT.files.size(offer.size)})
          <div class="actions">
            <Button onClick={() => void transfers.accept(key)}>{TEXT.files.download}</Button>
            <Button onClick={() => transfers.refuse(key)}>{TEXT.dismiss}</Button>
          </div>
        </Card>
      ))}
      {dropped.length > 0 && (
        <Card question title={TEXT.files.dropTitle(dropped.length, dropped.reduce((sum, file) => sum + file.size, 0))}>
          <ul class="files">
            {dropped.slice(0, 5).map((file) => <li key={file.name}>{visiblePath(file.name)}</li>)}
            {dropped.length > 5 && <li>{TEXT.files.more(dropped.length - 5)}</li>}
          </ul>
          <div class="actions">
            <Button onClick={() => void transfers.upload()}>{TEXT.files.upload}</Button>
            <Button onClick={transfers.forget}>{TEXT.cancel}</Button>
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
    <Card title={TEXT.files[`${kind}ing`](visiblePath(name))} good={state === "done"}>
      {!over && <progress max={Math.max(1, size)} value={done} aria-label={name} />}
      <span class="fact">
        {state === "done" && (kind === "download" ? TEXT.files.downloaded : TEXT.files.uploaded(visiblePath(words)))}
        {state === "failed" && TEXT.files.failed(words)}
        {state === "waiting" && (kind === "download" ? TEXT.files.standing : TEXT.files.waiting)}
        {!over && ` ${TEXT.files.of(done, size)}`}
      </span>
      <div class="actions">
        {over ? (
          <Button onClick={() => dismiss(shown.key)}>{TEXT.dismiss}</Button>
        ) : (
          <Button onClick={() => shown.stop()}>{TEXT.cancel}</Button>
        )}
      </div>
    </Card>
  );
}

interface CardProps {
  title: string;
  good?: boolean;
  /** Whether it waits for an answer of a person's. */
  question?: boolean;
  children: ComponentChildren;
}

function Card({ title, good, question, children }: CardProps) {
  return (
    <div class={`notice transfer ${good ? "good" : ""}`} data-question={question || undefined}>
      <strong>{title}</strong>
      {children}
    </div>
  );
}

function Button({ onClick, children }: { onClick(): void; children: string }) {
  return <button type="button" class="small" onClick={onClick}>{children}</button>;
}
