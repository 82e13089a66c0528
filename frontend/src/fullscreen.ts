/** The whole screen for the page. */

/** Fill the screen with the page, or give it back; `refused` is called where the browser does not let it. */
export function turnFullScreen(refused: () => void): void {
  const { documentElement: root, fullscreenElement } = document;
  if (fullscreenElement) {
    void document.exitFullscreen();
    return;
  }
  // Without this Escape would end the full screen instead of reaching the program.
  const { keyboard } = navigator as { keyboard?: { lock?(keys: string[]): Promise<void> } };
  root.requestFullscreen().then(() => keyboard?.lock?.(["Escape"])).catch(refused);
}
