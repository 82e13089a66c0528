/** What is asked and told over the terminal: pastes, commands, copies, in German. */
import type { NOTICES as ENGLISH } from "../en/notices.ts";
import type { Widened } from "../languages.ts";
import { unitsOf } from "../units.ts";

const { duration, plural } = unitsOf("de");

export const NOTICES: Widened<typeof ENGLISH> = {
  pasteTitle: (lines, characters) =>
    lines > 1 ? `${plural(lines, "Zeile", "Zeilen")} einfügen?`
      : `${plural(characters, "Zeichen", "Zeichen")} einfügen?`,
  pasteHint: "Ein Programm führt vielleicht jede Zeile aus, sobald es sie hat.",
  pasteControl: "Es enthält Steuerzeichen, die ein Programm für Tasten oder Befehle hält; sie sind markiert.",
  pasteInvisible: "Es enthält Zeichen, die man nicht sieht; sie sind markiert.",
  hiddenCharacter: (codes) => `Verborgen: ${codes}`,
  notShown: (characters) => `und noch ${plural(characters, "Zeichen", "Zeichen")}`,
  pastePreview: "Was eingefügt würde",
  paste: "Einfügen",
  mayNotPaste: "Der Browser lässt diese Seite die Zwischenablage nicht lesen. Erlauben Sie es in seinen Einstellungen für diese Seite, oder fügen Sie mit der Tastatur ein.",
  mayNotPasteHere: "Browser lassen nur Seiten über HTTPS die Zwischenablage lesen. Fügen Sie mit der Tastatur ein.",
  nothingToPaste: "In der Zwischenablage ist kein Text.",
  cancel: "Abbrechen",
  bell: "Es hat geklingelt.",
  commandFinished: (text, exitCode, seconds) => {
    const how = exitCode === null || exitCode === 0 ? "Fertig" : `Fehlgeschlagen (${exitCode})`;
    return `${how} nach ${duration(seconds)}: ${text || "ein Befehl"}`;
  },
  commandSaid: (text, exitCode) =>
    `${text || "Eingabezeile"}${exitCode ? `, fehlgeschlagen mit ${exitCode}` : ""}`,
  previousCommand: "Zum vorigen Befehl",
  nextCommand: "Zum nächsten Befehl",
  previousFailed: "Zum vorigen Befehl, der fehlschlug",
  copyOutput: "Ausgabe des letzten Befehls kopieren",
  noCommands: "Die Shell markiert ihre Befehle nicht; die Dokumentation sagt, wie sie es kann.",
  noMoreCommands: "In dieser Richtung gibt es keine Befehle mehr.",

  heldTitle: (bytes) => `${plural(bytes, "Zeichen wurde", "Zeichen wurden")} nicht getippt`,
  held: "Sie haben zu lange gewartet, oder die Steuerung hat gewechselt; vielleicht will sie niemand mehr:",
  sendHeld: "Jetzt tippen",
  discard: "Verwerfen",
  skipped: (bytes) =>
    `${plural(bytes, "Byte", "Bytes")} älterer Ausgabe waren nicht mehr da; oben fehlen sie.`,
  inputFull: "Das war zu viel, um es bis zum Senden aufzuheben; die letzte Eingabe wurde nicht angenommen.",
  viewerTyped: "Sie sehen zu. Übernehmen Sie die Steuerung, um zu tippen.",
  installed: "Installiert: Es gibt jetzt ein eigenes Fenster und ein eigenes Symbol.",
  openLink: (uri) => `${uri} öffnen?`,
  copyOffer: (length) =>
    `Ein Programm möchte ${plural(length, "Zeichen", "Zeichen")} in die Zwischenablage kopieren.`,
  copyTooMuch: (length) =>
    `Ein Programm wollte ${plural(length, "Zeichen", "Zeichen")} in die Zwischenablage kopieren; das ist zu viel.`,
  copy: "Kopieren",
  dismiss: "Verwerfen",
  copied: "Kopiert",
};
