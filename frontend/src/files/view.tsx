/** Offers, drops and transfers, as cards over the terminal. */
import type { ComponentChildren, RefObject } from "preact";
import { useEffect, useRef } from "preact/hooks";
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

/** For how long what went well is said to somebody who does not turn to it. */
const SAID_MS = 20_000;

/** Do something when an element has been in sight for long enough, and nobody points at it or is in it. */
function whenSeen(element: RefObject<HTMLElement | null>, act: () => void): () => void {
  let since = Date.now();
  const timer = setInterval(() => {
    if (document.hidden || element.current?.matches(":hover, :focus-within")) since = Date.now();
    else if (Date.now() - since >= SAID_MS) act();
  }, 1000);
  return () => clearInterval(timer);
}

function Going({ shown, dismiss }: { shown: Progress; dismiss(key: number): void }) {
  const { kind, name, size, done, state, words } = shown;
  const card = useRef<HTMLDivElement>(null);
  useEffect(() => (state === "done" ? whenSeen(card, () => dismiss(shown.key)) : undefined), [state]);
  const over = state === "done" || state === "failed";
  return (
    <Card title={TEXT.files[state === "done" ? `${kind}Done` as const : `${kind}ing` as const](visiblePath(name))} good={state === "done"}
      host={card}>
      {!over && <progress max={Math.max(1, size)} value={done} aria-label={name} />}
      <span class="fact">
        {state === "done" && (kind === "download" ? TEXT.files.downloaded : TEXT.files.uploaded(visiblePath(words)))}
        {state === "failed" && TEXT.files.failed(words)}
        {state === "waiting" && (kind === "download" ? TEXT.files.standing : TEXT.files.waiting)}
        {!over && ` ${TEXT.files.of(done, size)}`}
      </span>
      <div class="actions">
        {over ? (
          <Button onClick={() => dismiss(shown.key)}>{TEXT.close}</Button>
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
  host?: RefObject<HTMLDivElement | null>;
  children: ComponentChildren;
}

function Card({ title, good, question, host, children }: CardProps) {
  return (
    <div ref={host ?? null} class={`notice transfer ${good ? "good" : ""}`} data-question={question || undefined}>
      <strong>{title}</strong>
      {children}
    </div>
  );
}

function Button({ onClick, children }: { onClick(): void; children: string }) {
  return <button type="button" class="small" onClick={onClick}>{children}</button>;
}
