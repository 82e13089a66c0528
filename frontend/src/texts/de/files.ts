/** Files that come and go, in German. */
import type { FILES as ENGLISH } from "../en/files.ts";
import type { Widened } from "../languages.ts";
import { unitsOf } from "../units.ts";

const { bytes } = unitsOf("de");

export const FILES: Widened<typeof ENGLISH> = {
  files: {
    choose: "Dateien hochladen",
    offerTitle: "Ein Programm bietet eine Datei an",
    download: "Herunterladen",
    dropTitle: (count, size) =>
      `${count === 1 ? "Diese Datei" : `${count} Dateien`} (${bytes(size)}) dorthin hochladen, wo die Shell ist?`,
    more: (count) => `und ${count} weitere`,
    upload: "Hochladen",
    downloading: (name) => `${name} wird heruntergeladen`,
    uploading: (name) => `${name} wird hochgeladen`,
    downloadDone: (name) => `${name} ist heruntergeladen`,
    uploadDone: (name) => `${name} ist hochgeladen`,
    size: (size) => bytes(size),
    of: (done, size) => `${bytes(done)} von ${bytes(size)}`,
    waiting: "Die Verbindung ist abgerissen; es geht weiter, wenn sie wieder da ist.",
    standing: "Der Browser lädt gerade nicht. In seiner Liste der Downloads geht es weiter.",
    gone: "Diese Übertragung ist vorbei.",
    downloaded: "Vollständig.",
    uploaded: (path) => `Jetzt unter ${path}`,
    failed: (words) => `Das hat nicht geklappt. ${words}`,
    off: "Auf dieses Terminal kann man keine Dateien ziehen.",
  },
};
