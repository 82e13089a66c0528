/** The settings, in French. */
import type { SETTINGS as ENGLISH } from "../en/settings.ts";
import type { Widened } from "../languages.ts";

export const SETTINGS: Widened<typeof ENGLISH> = {
  settings: "Réglages",
  settingsHint: "Ils sont gardés dans ce navigateur.",
  language: "Langue",
  languageAuto: "Celle du navigateur",
  theme: "Couleurs",
  themes: {
    auto: "Celles du système", light: "Clair", dark: "Sombre", contrast: "Contraste élevé",
    "solarized-dark": "Solarized sombre", "solarized-light": "Solarized clair", dracula: "Dracula",
    nord: "Nord", gruvbox: "Gruvbox", monokai: "Monokai", own: "Les miennes",
  },
  ownColours: "Couleurs, telles qu'un autre terminal les garde",
  ownHint: "Coller ses réglages : JSON de Windows Terminal ou VS Code, kitty, Ghostty, Alacritty, ressources X, ou des noms avec des couleurs.",
  ownMissing: "Absentes :",
  ownFaint: "Difficiles à lire sur ce fond :",
  ligatures: "Dessiner des signes comme => en un seul, si la police le fait",
  fontSize: "Taille des lettres, en pixels",
  fontFamily: "Police",
  pasteAsks: "Montrer ce qu'on colle avant que le programme l'ait",
  pasteChoices: {
    always: "Plusieurs lignes, ou beaucoup de texte",
    unbracketed: "Seulement si chaque ligne serait exécutée seule",
    never: "Jamais",
  },
  clipboardAsks: "Les programmes peuvent copier dans le presse-papiers",
  clipboardChoices: {
    gesture: "Juste après une frappe ou un clic ; sinon demander", ask: "Demander à chaque fois", never: "Jamais",
  },
  notify: "Signaler sonneries et commandes finies quand la page est cachée",
  mayNotTell: "Le navigateur ne laisse pas cette page signaler quoi que ce soit.",
  flash: "Montrer la sonnerie",
  images: "Montrer les images des programmes",
  screenReader: "Lire le terminal aux lecteurs d'écran",
  screenReaderTurn: "Lecture aux lecteurs d'écran ou non",
  screenReaderOn: "Les nouvelles lignes sont lues.",
  screenReaderOff: "Les lignes ne sont plus lues.",

  asUsual: "Comme le serveur le veut",
  forgetChoices: "Oublier mes choix",
};
