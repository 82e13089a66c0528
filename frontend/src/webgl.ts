/** Drawing by WebGL, where the browser does it well. */
import type { Terminal } from "@xterm/xterm";

/** Have a terminal drawn by WebGL; the DOM renderer stays where there is none, or it gets lost. */
export async function drawFast(terminal: Terminal, host: HTMLElement): Promise<void> {
  try {
    if (!(await pixelsAreTrue(host))) return;
    const { WebglAddon } = await import("@xterm/addon-webgl");
    const addon = new WebglAddon();
    addon.onContextLoss(() => addon.dispose());
    terminal.loadAddon(addon);
  } catch {
    // Nothing is lost but speed.
  }
}

/**
 * Whether the browser measures canvases in the pixels that it draws. Where a page is shown as if on
 * another device, some do not, and a canvas comes out at a wrong scale.
 */
function pixelsAreTrue(element: HTMLElement): Promise<boolean> {
  return new Promise((resolve) => {
    const observer = new ResizeObserver(([entry]) => {
      observer.disconnect();
      const device = entry?.devicePixelContentBoxSize?.[0]?.inlineSize;
      const expected = (entry?.contentRect.width ?? 0) * devicePixelRatio;
      resolve(device === undefined || Math.abs(device - expected) <= 2);
    });
    try {
      observer.observe(element, { box: "device-pixel-content-box" });
    } catch {
      resolve(true); // Safari measures in one way only.
    }
  });
}
