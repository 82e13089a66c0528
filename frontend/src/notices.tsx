/** What floats over the terminal: it passes, or waits for a word. */
import type { ComponentChildren } from "preact";
import { useState } from "preact/hooks";
import { useCountdown } from "./hooks.ts";
import type { Member } from "./protocol.ts";
import type { Status } from "./status.ts";
import { TEXT } from "./text.ts";

export interface Message {
  id: number;
  text: string;
  /** A program's wish that waits for a person's yes. */
  copy?: string;
  /** Whether the menu is the place to go on. */
  menu?: boolean;
  good?: boolean;
}

interface Props {
  status: Status;
  waiting: number;
  held: Uint8Array;
  messages: Message[];
  /** Those whose wish for control waits for an answer of this page's person. */
  asking: Member[];
  grant(client: string): void;
  ignore(client: string): void;
  retryNow(): void;
  sendHeld(): void;
  discardHeld(): void;
  /** Whether the cursor is in the upper half of the terminal. */
  cursorHigh: boolean;
  copy(message: Message): void;
  showMenu(message: Message): void;
  dismiss(message: Message): void;
}

export function Notices(props: Props) {
  const { status, held, messages } = props;
  return (
    <div class={`notices ${props.cursorHigh ? "low" : ""}`}>
      {status.kind === "reconnecting" && <Reconnecting {...props} status={status} />}
      {status.kind === "connecting" && props.waiting > 0 && (
        <Waiting title={TEXT.connecting} waiting={props.waiting} />
      )}
      {status.kind === "live" && status.silent && (
        <Waiting title={TEXT.silentTitle} waiting={props.waiting} />
      )}
      {props.asking.map(({ client, user }) => (
        <Notice key={client} title={TEXT.asksTitle(user)}>
          {TEXT.asksHint}
          <div class="actions">
            <Button onClick={() => props.grant(client)}>{TEXT.grant}</Button>
            <Button onClick={() => props.ignore(client)}>{TEXT.notNow}</Button>
          </div>
        </Notice>
      ))}
      {held.length > 0 && <Held {...props} />}
      <div class="messages" aria-live="polite">
        {messages.map((message) => (
          <Notice key={message.id} good={message.good ?? false}
            close={message.good ? () => props.dismiss(message) : undefined}>
            {message.text}
            {!message.good && (
              <div class="actions">
                {message.copy !== undefined && (
                  <Button onClick={() => props.copy(message)}>{TEXT.copy}</Button>
                )}
                {message.menu && (
                  <Button onClick={() => props.showMenu(message)}>{TEXT.showThem}</Button>
                )}
                <Button onClick={() => props.dismiss(message)}>{TEXT.dismiss}</Button>
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
  close?: (() => void) | undefined;
  children: ComponentChildren;
}

function Notice({ title, good, patient, close, children }: NoticeProps) {
  return (
    <div class={`notice ${good ? "good" : ""} ${patient ? "patient" : ""}`}>
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

type ReconnectingProps = Props & { status: Extract<Status, { kind: "reconnecting" }> };

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

/** Control characters as symbols, so that a person sees what they are asked about. */
export function visible(data: Uint8Array): string {
  const shown = new TextDecoder().decode(data.subarray(0, 2000));
  return shown.replace(/[\u0000-\u001f\u007f]/g, (char) => {
    if (char === "\r" || char === "\n") return "\u23ce\n";
    return String.fromCodePoint(char === "\u007f" ? 0x2421 : 0x2400 + char.charCodeAt(0));
  });
}

function Held({ held, status, sendHeld, discardHeld }: Props) {
  return (
    <Notice title={TEXT.heldTitle(held.length)}>
      {TEXT.held}
      <pre>{visible(held)}</pre>
      <div class="actions">
        {status.kind === "live" && <Button onClick={sendHeld}>{TEXT.sendHeld}</Button>}
        <Button onClick={discardHeld}>{TEXT.discard}</Button>
      </div>
    </Notice>
  );
}
