/** What is selected in a terminal as HTML, with its colours; the add-on is fetched when it is wanted. */
import type { Terminal } from "@xterm/xterm";

/** Put the selection on the clipboard, as HTML and as text; false where the browser does not let it. */
export async function copyAsHtml(terminal: Terminal): Promise<boolean> {
  const text = terminal.getSelection();
  if (!text) return false;
  const html = import("@xterm/addon-serialize").then(({ SerializeAddon }) => {
    const addon = new SerializeAddon();
    terminal.loadAddon(addon);
    const found = addon.serializeAsHTML({ onlySelection: true, includeGlobalBackground: true });
    addon.dispose();
    return new Blob([found], { type: "text/html" });
  });
  try {
    // The add-on as a promise: who waits first has lost the gesture that allows it.
    const plain = new Blob([text], { type: "text/plain" });
    await navigator.clipboard.write([new ClipboardItem({ "text/html": html, "text/plain": plain })]);
    return true;
  } catch {
    return false;
  }
}
