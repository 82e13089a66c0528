/** The states that nothing brings back by itself: what happened, and what a person can do. */
import type { ComponentChildren } from "preact";
import { useEffect, useRef } from "preact/hooks";
import type { SessionRow } from "./api.ts";
import { useCountdown } from "./hooks.ts";
import type { Page } from "./page.ts";
import { Sessions } from "./sessions.tsx";
import type { Final } from "./status.ts";
import { TEXT } from "./text.ts";

export interface FinalProps {
  page: Page;
  status: Final;
  session: string | null;
  takeControl(): void;
  /** Among other terminals one stays in its place, instead of going to another address. */
  inPlace: {
    /** Another session here; without one, a new one. */
    renew(session: SessionRow | null): void;
    close(): void;
  } | null;
}

/** Where one of one's other sessions may serve instead. */
const LISTED: ReadonlySet<Final["kind"]> = new Set<Final["kind"]>(["limit", "missing", "expired", "unshared"]);

/** Title and sentence of a state, also for those who do not see it. */
export function words(status: Final): [title: string, sentence: string] {
  switch (status.kind) {
    case "replaced":
      return [TEXT.replacedTitle, TEXT.replaced];
    case "ended":
      return [TEXT.endedTitle, endedSentence(status)];
    case "expired":
      return [TEXT.expiredTitle, status.message];
    case "missing":
      return [TEXT.missingTitle, TEXT.missing];
    case "unshared":
      return [TEXT.unsharedTitle, TEXT.unshared];
    case "limit":
      return [TEXT.limitTitle, status.message];
    case "login":
      return [TEXT.loginTitle, status.gone ? TEXT.loginGone : TEXT.login];
    case "failed":
      return [TEXT.failedTitle, status.message];
    case "refused":
      return [TEXT.refusedTitle, status.message];
  }
}

function endedSentence(status: Extract<Final, { kind: "ended" }>): string {
  const how = howItEnded(status);
  return status.at ? `${how} ${TEXT.endedAt(status.at)}` : how;
}

function howItEnded(status: Extract<Final, { kind: "ended" }>): string {
  if (status.message) return status.message;
  if (status.signal !== null) return TEXT.endedSignal(status.signal);
  return status.exitCode === null ? TEXT.endedUnknown : TEXT.endedCode(status.exitCode);
}

export function FinalCard(props: FinalProps) {
  const { page, status, session, inPlace } = props;
  const [title, sentence] = words(status);
  const card = useRef<HTMLDivElement>(null);
  useEffect(() => {
    card.current?.querySelector<HTMLElement>(".primary")?.focus();
  }, [status.kind]);
  const listed = LISTED.has(status.kind) && !isGuest(props);
  return (
    <div class="veil">
      <div class="card" ref={card} role="alertdialog" aria-label={title} data-state={status.kind}>
        <h2>{title}</h2>
        <p>{sentence}</p>
        {status.kind === "limit" && <LimitFacts status={status} />}
        {listed && <Sessions page={page} current={session} hint={TEXT.takeUpHint} choose={inPlace?.renew}
          arrived={inPlace?.close} />}
        <div class="actions">
          <Actions {...props} />
        </div>
      </div>
    </div>
  );
}

/** An ended session is still worth reading, so its words stand below it and not over it. */
export function EndedDock(props: FinalProps) {
  const [title, sentence] = words(props.status);
  return (
    <div class="dock" role="alertdialog" aria-label={title} data-state={props.status.kind}>
      <div class="words">
        <h2>{title}</h2>
        <p>{sentence}</p>
      </div>
      <div class="buttons">
        <Actions {...props} />
      </div>
    </div>
  );
}

function LimitFacts({ status }: { status: Extract<Final, { kind: "limit" }> }) {
  const seconds = useCountdown(status.retryAt);
  const { limit, current, retryAt, message } = status;
  // The server's own sentence may name the limit already; once is enough.
  const used = current !== null && limit !== null && !message.includes(`(${limit})`);
  return (
    <p>
      {used && `${TEXT.limitUsed(current, limit)} `}
      {retryAt !== null && (seconds > 0 ? TEXT.limitRetry(seconds) : TEXT.limitOver)}
    </p>
  );
}

/** Whether somebody came with a link that is over, and without a login. */
function isGuest({ page, status }: FinalProps): boolean {
  return status.kind === "unshared" && page.config.user === null;
}

function Actions(props: FinalProps): ComponentChildren {
  const { page, status, session, takeControl, inPlace } = props;
  const { base } = page.config;
  const closing = inPlace && <button type="button" onClick={inPlace.close}>{TEXT.close}</button>;
  const button = (text: string) => (
    <button type="button" class="primary" onClick={takeControl}>
      {text}
    </button>
  );
  const link = (text: string, href: string) => (
    <a class="button primary" href={href}>
      {text}
    </a>
  );
  switch (status.kind) {
    case "replaced":
      return button(TEXT.useHere);
    case "limit":
    case "failed":
      return (
        <>
          {button(TEXT.tryAgain)}
          {closing}
        </>
      );
    case "login": {
      const here = `${base}${session ? `s/${session}` : ""}`;
      return link(TEXT.logIn, `${base}login?next=${encodeURIComponent(here)}`);
    }
    case "refused":
      return (
        <button type="button" class="primary" onClick={() => location.reload()}>
          {TEXT.reload}
        </button>
      );
    default:
      if (isGuest(props)) return link(TEXT.logIn, `${base}login`);
      if (!inPlace) return link(TEXT.newSession, base);
      return (
        <>
          <button type="button" class="primary" onClick={() => inPlace.renew(null)}>{TEXT.newSession}</button>
          {closing}
        </>
      );
  }
}
