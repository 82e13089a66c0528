/** The settings, in English. */

export const SETTINGS = {
  settings: "Settings",
  settingsHint: "They are kept in this browser.",
  language: "Language",
  languageAuto: "As the browser",
  theme: "Colours",
  themes: {
    auto: "As the system", light: "Light", dark: "Dark", contrast: "High contrast",
    "solarized-dark": "Solarized dark", "solarized-light": "Solarized light", dracula: "Dracula",
    nord: "Nord", gruvbox: "Gruvbox", monokai: "Monokai", own: "My own",
  },
  ownColours: "Colours, as another terminal keeps them",
  ownHint: "Paste its settings: JSON of Windows Terminal or VS Code, kitty, Ghostty, Alacritty, X resources, or names with colours.",
  ownMissing: "Not found in it:",
  ownFaint: "Hard to read on this background:",
  ligatures: "Draw signs such as => as one, where the font does",
  fontSize: "Size of letters, in pixels",
  fontFamily: "Font",
  pasteAsks: "Show a paste before the program gets it",
  pasteChoices: {
    always: "Several lines, or a lot of text",
    unbracketed: "Only where each line would be run by itself",
    never: "Never",
  },
  clipboardAsks: "Programs may copy to the clipboard",
  clipboardChoices: {
    gesture: "Just after I typed or clicked; else ask", ask: "Ask each time", never: "Never",
  },
  notify: "Tell me of bells and finished commands while the page is hidden",
  mayNotTell: "The browser does not let this page tell you things.",
  flash: "Show the bell",
  images: "Show pictures that programs print",
  screenReader: "Read the terminal out to screen readers",
  screenReaderTurn: "Reading out to screen readers on or off",
  screenReaderOn: "New lines are read out.",
  screenReaderOff: "Lines are not read out any more.",

  asUsual: "As the server has it",
  forgetChoices: "Forget my choices",
} as const;
