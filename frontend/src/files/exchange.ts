/** How files come into a terminal of the page and leave it. */
import type { Terminal } from "@xterm/xterm";
import type { Around } from "../around.ts";
import type { Pane } from "../pane.ts";
import { TEXT } from "../text.ts";
import { FilesApi } from "./api.ts";
import { OSC } from "./offer.ts";
import { Transfers } from "./transfers.ts";

/** The transfers of a terminal's session, for as long as they are its person's. */
export function transfersOf(pane: Pane, around: Around): Transfers {
  const { config } = around;
  return new Transfers({
    api: new FilesApi(config.base),
    session: () => (config.files && !pane.guest && pane.status.kind === "live" ? pane.session : null),
    keep: (address, name) => {
      const link = document.createElement("a");
      link.href = address;
      link.download = name;
      link.click();
    },
    changed: () => around.changed(),
    wait: (ms) => new Promise((done) => setTimeout(done, ms)),
    unreachable: TEXT.unreachable,
    gone: TEXT.files.gone,
  });
}

/** Let a person choose files, who cannot drop any: on a phone, or without a mouse. */
export function chooseFiles(pane: Pane): void {
  const input = document.createElement("input");
  input.type = "file";
  input.multiple = true;
  input.addEventListener("change", () => upload(pane, [...(input.files ?? [])]));
  input.click();
}

/** Ask whether to upload files, or say why that cannot be. */
function upload(pane: Pane, files: File[]): void {
  if (files.length > 0 && !pane.transfers.drop(files)) pane.say(TEXT.files.off);
}

/** Listen for files that the program offers and that people drop. */
export function watchFiles(pane: Pane, terminal: Terminal, host: HTMLElement): void {
  terminal.parser.registerOscHandler(OSC, (data) => {
    if (pane.live) pane.transfers.offered(data);
    return true;
  });
  host.addEventListener("dragover", (event) => {
    if (event.dataTransfer?.types.includes("Files")) event.preventDefault();
  });
  host.addEventListener("drop", (event) => {
    const files = [...(event.dataTransfer?.files ?? [])];
    if (files.length === 0) return;
    // Without this the browser would leave the page for the file.
    event.preventDefault();
    upload(pane, files);
  });
}
