/** What floats over the terminal: it passes, or waits for a word. */
import type { ComponentChildren } from "preact";
import { useState } from "preact/hooks";
import { TransferCards } from "./files/view.tsx";
import { useCountdown } from "./hooks.ts";
import { atQuestions } from "./leave.ts";
import type { Page } from "./page.ts";
import type { Pane } from "./pane.ts";
import { Shown } from "./shown.tsx";
import type { Status } from "./status.ts";
import { TEXT } from "./text.ts";

export interface Message {
  id: number;
  text: string;
  /** The code by which the server says it. */
  code?: string;
  /** A program's wish that waits for a person's yes. */
  copy?: string;
  /** Whether the menu is the place to go on. */
  menu?: boolean;
  good?: boolean;
}

interface Props {
  page: Page;
  pane: Pane;
}

export function Notices({ page, pane }: Props) {
  const { status, held, messages, waiting } = pane;
  return (
    <div class={`notices ${pane.cursorHigh ? "low" : ""}`} {...atQuestions(() => pane.focus())}>
      {status.kind === "reconnecting" && (
        <Reconnecting status={status} waiting={waiting} retryNow={pane.retryNow} />
      )}
      {status.kind === "connecting" && waiting > 0 && (
        <Waiting title={TEXT.connecting} waiting={waiting} />
      )}
      {status.kind === "live" && status.silent && (
        <Waiting title={TEXT.silentTitle} waiting={waiting} />
      )}
      {pane.company.asking.map(({ client, user }) => (
        <Notice key={client} question title={TEXT.asksTitle(user)}>
          {TEXT.asksHint}
          <div class="actions">
            <Button onClick={() => pane.company.grant(client)}>{TEXT.grant}</Button>
            <Button onClick={() => pane.company.ignore(client)}>{TEXT.notNow}</Button>
          </div>
        </Notice>
      ))}
      {held.length > 0 && <Held pane={pane} />}
      <TransferCards transfers={pane.transfers} />
      <div class="messages" aria-live="polite">
        {messages.map((message) => (
          <Notice key={message.id} question={message.copy !== undefined} good={message.good ?? false}
            close={message.good ? () => pane.dismiss(message) : undefined}>
            {message.text}
            {!message.good && (
              <div class="actions">
                {message.copy !== undefined && (
                  <Button onClick={() => page.copyMessage(message)}>{TEXT.copy}</Button>
                )}
                {message.menu && (
                  <Button onClick={() => page.showMenu(message)}>{TEXT.showThem}</Button>
                )}
                <Button onClick={() => pane.dismiss(message)}>{TEXT.dismiss}</Button>
              </div>
            )}
          </Notice>
        ))}
      </div>
    </div>
  );
}

interface NoticeProps {
  title?: string;
  good?: boolean;
  patient?: boolean;
  /** Whether it waits for an answer of a person's. */
  question?: boolean;
  close?: (() => void) | undefined;
  children: ComponentChildren;
}

function Notice({ title, good, patient, question, close, children }: NoticeProps) {
  return (
    <div class={`notice ${good ? "good" : ""} ${patient ? "patient" : ""}`} data-question={question || undefined}>
      {close && (
        <button type="button" class="close" aria-label={TEXT.dismiss} onClick={close}>×</button>
      )}
      {title && <strong>{title}</strong>}
      {children}
    </div>
  );
}

function Button({ onClick, children }: { onClick(): void; children: string }) {
  return (
    <button type="button" class="small" onClick={onClick}>
      {children}
    </button>
  );
}

function Waiting({ title, waiting }: { title: string; waiting: number }) {
  return (
    <Notice patient title={title}>
      {waiting > 0 && <div data-waiting={waiting}>{TEXT.waiting(waiting)}</div>}
    </Notice>
  );
}

interface ReconnectingProps {
  status: Extract<Status, { kind: "reconnecting" }>;
  waiting: number;
  retryNow(): void;
}

function Reconnecting({ status, waiting, retryNow }: ReconnectingProps) {
  const seconds = useCountdown(status.at);
  const [hidden, setHidden] = useState(false); // until the next time; the bar goes on telling
  if (hidden) return null;
  return (
    <Notice title={TEXT.reconnectingIn(seconds)} patient={waiting === 0} close={() => setHidden(true)}>
      {status.reason}
      {waiting > 0 && <div data-waiting={waiting}>{TEXT.waiting(waiting)}</div>}
      <div class="actions">
        <Button onClick={retryNow}>{TEXT.now}</Button>
      </div>
    </Notice>
  );
}

function Held({ pane }: { pane: Pane }) {
  const { held, status, sendHeld, discardHeld } = pane;
  return (
    <Notice question title={TEXT.heldTitle(held.length)}>
      {TEXT.held}
      <Shown text={new TextDecoder().decode(held)} />
      <div class="actions">
        {status.kind === "live" && <Button onClick={sendHeld}>{TEXT.sendHeld}</Button>}
        <Button onClick={discardHeld}>{TEXT.discard}</Button>
      </div>
    </Notice>
  );
}
