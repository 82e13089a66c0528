/** Small parts that several views are made of. */
import type { ComponentChildren } from "preact";
import { useEffect, useRef, useState } from "preact/hooks";
import { TEXT } from "./text.ts";

/** Seconds since the epoch, which pass while they are shown. */
export function useNow(every = 1000): number {
  const [now, setNow] = useState(Date.now() / 1000);
  useEffect(() => {
    const timer = setInterval(() => setNow(Date.now() / 1000), every);
    return () => clearInterval(timer);
  }, [every]);
  return now;
}

/** What the server says now and again while it is shown; null before the first answer. */
export function usePolled<T>(ask: () => Promise<T>, every: number, key = ""): [T | null, unknown] {
  const [value, setValue] = useState<T | null>(null);
  const [problem, setProblem] = useState<unknown>(null);
  useEffect(() => {
    let over = false;
    let timer = 0;
    setValue(null);
    setProblem(null);
    const look = async () => {
      try {
        const answer = await ask();
        if (!over) {
          setValue(answer);
          setProblem(null);
        }
      } catch (error) {
        if (!over) setProblem(error);
      }
      if (!over) timer = window.setTimeout(look, every);
    };
    void look();
    return () => {
      over = true;
      clearTimeout(timer);
    };
  }, [every, key]);
  return [value, problem];
}

export function said(error: unknown): string {
  return (error instanceof Error && error.message) || TEXT.trouble;
}

interface SearchProps {
  value: string;
  hint: string;
  set: (value: string) => void;
}

export function Search({ value, hint, set }: SearchProps) {
  return (
    <input type="search" class="search" aria-label={TEXT.search} placeholder={hint} value={value}
      autocomplete="off" spellcheck={false} onInput={(event) => set(event.currentTarget.value)} />
  );
}

export function Fact({ name, children }: { name: string; children: ComponentChildren }) {
  return (
    <div class="fact">
      <dt>{name}</dt>
      <dd>{children}</dd>
    </div>
  );
}

interface SureProps {
  question: string;
  /** Whether it cannot be undone. */
  danger?: boolean;
  yes: string;
  no: string;
  act: () => Promise<void>;
  close: () => void;
}

/** Asked where the button was, so that nobody has to guess what is meant; the safe answer first. */
export function Sure({ question, danger = false, yes, no, act, close }: SureProps) {
  const [busy, setBusy] = useState(false);
  const safe = useRef<HTMLButtonElement>(null);
  useEffect(() => {
    safe.current?.focus();
    const around = safe.current?.closest<HTMLElement>(".side, .reload");
    // With the question its buttons go, and the keyboard must not be left nowhere.
    return () => around?.focus();
  }, []);
  const go = () => {
    setBusy(true);
    void act().finally(() => setBusy(false));
  };
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.key !== "Escape") return;
    event.stopPropagation(); // it is the answer to the question, and to nothing around it
    close();
  };
  return (
    <div class="sure" role="group" aria-label={question} onKeyDown={onKeyDown}>
      <p>{question}</p>
      <div class="actions">
        <button type="button" ref={safe} onClick={close}>{no}</button>
        <button type="button" class={danger ? "danger" : "primary"} disabled={busy} onClick={go}>{yes}</button>
      </div>
    </div>
  );
}

interface SideProps {
  name: string;
  close: () => void;
  /** Closes what is open within it; true where there was something. */
  inner?: (event: KeyboardEvent) => boolean;
  children: ComponentChildren;
}

/** What is shown beside a table, or over it where there is no room. */
export function Side({ name, close, inner, children }: SideProps) {
  const side = useRef<HTMLElement>(null);
  useEffect(() => side.current?.focus(), [name]);
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.key === "Escape" && !inner?.(event)) close();
  };
  return (
    <aside class="side" ref={side} tabIndex={-1} aria-label={TEXT.details(name)} onKeyDown={onKeyDown}>
      <header>
        <h2>{name}</h2>
        <button type="button" class="small" onClick={close}>{TEXT.close}</button>
      </header>
      {children}
    </aside>
  );
}

/** Give the focus back to a table whose details were closed. */
export function focusGrid(): void {
  document.querySelector<HTMLElement>(".grid")?.focus();
}
