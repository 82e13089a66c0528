/** The settings, in German. */
import type { SETTINGS as ENGLISH } from "../en/settings.ts";
import type { Widened } from "../languages.ts";

export const SETTINGS: Widened<typeof ENGLISH> = {
  settings: "Einstellungen",
  settingsHint: "Sie werden in diesem Browser aufbewahrt.",
  language: "Sprache",
  languageAuto: "Wie der Browser",
  theme: "Farben",
  themes: {
    auto: "Wie das System", light: "Hell", dark: "Dunkel", contrast: "Hoher Kontrast",
    "solarized-dark": "Solarized dunkel", "solarized-light": "Solarized hell", dracula: "Dracula",
    nord: "Nord", gruvbox: "Gruvbox", monokai: "Monokai", own: "Eigene",
  },
  ownColours: "Farben, wie ein anderes Terminal sie aufbewahrt",
  ownHint: "Dessen Einstellungen einfügen: JSON von Windows Terminal oder VS Code, kitty, Ghostty, Alacritty, X-Ressourcen, oder Namen mit Farben.",
  ownMissing: "Darin nicht gefunden:",
  ownFaint: "Auf diesem Hintergrund schwer zu lesen:",
  ligatures: "Zeichen wie => als eines zeichnen, wo die Schrift es tut",
  fontSize: "Schriftgröße in Pixeln",
  fontFamily: "Schrift",
  pasteAsks: "Eingefügtes zeigen, bevor das Programm es bekommt",
  pasteChoices: {
    always: "Mehrere Zeilen oder viel Text",
    unbracketed: "Nur wo jede Zeile für sich ausgeführt würde",
    never: "Nie",
  },
  clipboardAsks: "Programme dürfen in die Zwischenablage kopieren",
  clipboardChoices: {
    gesture: "Kurz nach Tippen oder Klicken, sonst fragen", ask: "Jedes Mal fragen", never: "Nie",
  },
  notify: "Klingeln und fertige Befehle melden, während die Seite verdeckt ist",
  mayNotTell: "Der Browser lässt diese Seite nichts melden.",
  flash: "Klingeln zeigen",
  images: "Bilder von Programmen zeigen",
  screenReader: "Das Terminal für Screenreader vorlesen",
  screenReaderTurn: "Vorlesen für Screenreader ein oder aus",
  screenReaderOn: "Neue Zeilen werden vorgelesen.",
  screenReaderOff: "Zeilen werden nicht mehr vorgelesen.",

  asUsual: "Wie am Server eingestellt",
  forgetChoices: "Meine Einstellungen vergessen",
};
