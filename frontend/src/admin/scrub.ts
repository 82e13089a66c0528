/** Fingers on the bar of a player, which itself knows a mouse alone: they go through the recording. */

const BAR = ".ap-progressbar .ap-bar";

/** Let fingers draw at the bars of the players in an element. */
export function letFingersSeek(host: HTMLElement): void {
  let drawing = false;
  /** Do with the mouse what a finger does; true where it is on a bar. */
  const pass = ({ target, changedTouches: [touch] }: TouchEvent, ...types: string[]): boolean => {
    const bar = target instanceof Element ? target.closest(BAR) : null;
    if (!bar || !touch) return false;
    const { clientX, clientY } = touch;
    for (const type of types) {
      bar.dispatchEvent(new MouseEvent(type, { clientX, clientY, bubbles: true, cancelable: true }));
    }
    return true;
  };
  const on = (name: "touchstart" | "touchmove" | "touchend" | "touchcancel", act: (event: TouchEvent) => boolean) =>
    host.addEventListener(name, (event) => {
      if (act(event)) event.preventDefault(); // neither the page nor a click follows the finger
    }, { passive: false });
  on("touchstart", (event) => {
    // A finger that only taps at a mark goes to that, and the player sees to it itself.
    drawing = !(event.target as Element).closest(".ap-marker-container") && pass(event, "mousedown");
    return drawing;
  });
  on("touchmove", (event) => {
    drawing = drawing ? pass(event, "mousemove") : pass(event, "mousedown");
    return drawing;
  });
  // The player passes over movements that come too fast, but where the finger leaves is meant.
  on("touchend", (event) => drawing && pass(event, "mousedown", "mouseup"));
  on("touchcancel", (event) => drawing && pass(event, "mouseup"));
}
