import type { RefObject } from "preact";
import { useEffect, useState } from "preact/hooks";

/** Seconds until `at`, counted down while it is shown. */
export function useCountdown(at: number | null): number {
  const [, tick] = useState(0);
  useEffect(() => {
    if (at === null) return undefined;
    const timer = setInterval(() => tick((n) => n + 1), 250);
    return () => clearInterval(timer);
  }, [at]);
  return at === null ? 0 : Math.max(0, Math.ceil((at - Date.now()) / 1000));
}

/** Call back when something outside of an element is pressed. */
export function useOutside(element: RefObject<HTMLElement | null>, left: () => void): void {
  useEffect(() => {
    const outside = (event: Event) => {
      if (!element.current?.contains(event.target as Node)) left();
    };
    addEventListener("pointerdown", outside);
    return () => removeEventListener("pointerdown", outside);
  }, []);
}
