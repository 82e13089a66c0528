/** Where the keyboard goes by the key that leaves a terminal. */

/** To the first question that waits over the terminal for an answer, else to the menu. */
export function leaveTerminal(): void {
  const pane = document.activeElement?.closest(".pane") ?? document;
  const question = pane.querySelector<HTMLElement>("[data-question] button");
  (question ?? document.getElementById("menu"))?.focus();
}

/**
 * Keys and clicks at what lies over a terminal: the key that led to a question leads on to the menu,
 * Escape back to the terminal, and so does an answer that is given with the keyboard, or a click that
 * puts away what was clicked.
 */
export function atQuestions(back: () => void) {
  const within = (event: Event) => (event.target as Element).closest("[data-question]") !== null;
  return {
    onKeyDown(event: KeyboardEvent) {
      const on = event.ctrlKey && event.key === "F6";
      if (!within(event) || !(on || event.key === "Escape")) return;
      event.preventDefault();
      if (on) document.getElementById("menu")?.focus();
      else back();
    },
    onClick(event: MouseEvent) {
      if (event.detail === 0 && within(event)) back();
      // What was clicked is gone with its card once this has been drawn, and what is typed next would
      // go nowhere. A finger has not asked for the keyboard of the screen, though.
      else if ((event as PointerEvent).pointerType !== "touch") {
        queueMicrotask(() => document.activeElement === document.body && back());
      }
    },
  };
}
