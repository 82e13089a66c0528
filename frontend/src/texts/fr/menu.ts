/** The menu, its sessions and the keys for phones, in French. */
import type { MENU as ENGLISH } from "../en/menu.ts";
import type { Widened } from "../languages.ts";
import { unitsOf } from "../units.ts";

const { duration } = unitsOf("fr");

export const MENU: Widened<typeof ENGLISH> = {
  yourSessions: "Vos sessions",
  thisSession: "Cette session :",
  sessionFallback: (id) => `Session ${id.slice(0, 8)}`,
  sessionSince: (seconds) => `commencée il y a ${duration(seconds)}`,
  openHere: "ouverte ici",
  openAt: (count) => (count === 1 ? "ouverte ailleurs" : `ouverte à ${count} endroits`),
  keptFor: (seconds) => `gardée encore ${duration(seconds)}`,
  cells: (cols, rows) => `${cols}×${rows}`,
  end: "Terminer",
  endOf: (name) => `Terminer ${name}`,
  endOtherSure: "La terminer, avec son programme ?",
  endIt: "Oui, terminer",
  keepIt: "Garder",
  detached: "en attente",
  noSessions: "Pas d'autres sessions.",
  menu: "Menu",
  signedInAs: (name) => `Connecté : ${name}`,
  keys: "Touches",
  moreKeys: "Plus de touches",
  /** What is printed on a key, and how it is said. */
  keyNames: {
    Esc: ["Échap", "Échap"], Tab: ["Tab", "Tabulation"], ctrl: ["Ctrl", "Contrôle"], alt: ["Alt", "Alt"], fn: ["Fn", "Fonction"],
    Left: ["←", "Gauche"], Up: ["↑", "Haut"], Down: ["↓", "Bas"], Right: ["→", "Droite"],
    Home: ["Début", "Début"], End: ["Fin", "Fin"], PageUp: ["P.préc", "Page précédente"], PageDown: ["P.suiv", "Page suivante"],
    Insert: ["Inser", "Insertion"], Delete: ["Suppr", "Suppression"],
  },
  othersWait: (count) =>
    count === 1
      ? "Un autre de vos terminaux vous attend."
      : `${count} autres de vos terminaux vous attendent.`,
  showThem: "Montrer",
  rename: "Renommer cette session",
  renameAsk: "Nom de cette session ; vide pour aucun :",
  endSession: "Terminer cette session",
  saveOutput: "Enregistrer la sortie en texte",
  endSessionSure: "Terminer cette session et son programme ?",
  administration: "Administration",
  logOut: "Se déconnecter",
  leaveHint: "Ctrl+F6 passe du terminal au menu et retour",
};
