/** What is asked and told over the terminal: pastes, commands, copies, in French. */
import type { NOTICES as ENGLISH } from "../en/notices.ts";
import type { Widened } from "../languages.ts";
import { unitsOf } from "../units.ts";

const { duration, plural } = unitsOf("fr");

export const NOTICES: Widened<typeof ENGLISH> = {
  pasteTitle: (lines, characters) =>
    lines > 1 ? `Coller ${plural(lines, "ligne", "lignes")} ?`
      : `Coller ${plural(characters, "caractère", "caractères")} ?`,
  pasteHint: "Un programme exécute peut-être chaque ligne dès qu'il l'a.",
  pasteControl: "Il s'y trouve des caractères de contrôle, qu'un programme prend pour des touches ou des commandes ; ils sont marqués.",
  pasteInvisible: "Il s'y trouve des caractères qu'on ne voit pas ; ils sont marqués.",
  hiddenCharacter: (codes) => `Caché : ${codes}`,
  notShown: (characters) => `et encore ${plural(characters, "caractère", "caractères")}`,
  pastePreview: "Ce qui serait collé",
  paste: "Coller",
  mayNotPaste: "Le navigateur ne laisse pas cette page lire le presse-papiers. Permettez-le dans ses réglages pour ce site, ou collez avec le clavier.",
  mayNotPasteHere: "Les navigateurs ne laissent lire le presse-papiers qu'aux pages en HTTPS. Collez avec le clavier.",
  nothingToPaste: "Il n'y a pas de texte dans le presse-papiers.",
  cancel: "Annuler",
  bell: "Une sonnerie a retenti.",
  commandFinished: (text, exitCode, seconds) => {
    const how = exitCode === null || exitCode === 0 ? "Fini" : `Échec (${exitCode})`;
    return `${how} après ${duration(seconds)} : ${text || "une commande"}`;
  },
  commandSaid: (text, exitCode) =>
    `${text || "Invite"}${exitCode ? `, échec avec ${exitCode}` : ""}`,
  previousCommand: "Aller à la commande précédente",
  nextCommand: "Aller à la commande suivante",
  previousFailed: "Aller à la commande précédente qui a échoué",
  copyOutput: "Copier ce que la dernière commande a affiché",
  noCommands: "Le shell ne marque pas ses commandes ; la documentation dit comment il le peut.",
  noMoreCommands: "Il n'y a plus de commandes dans cette direction.",

  heldTitle: (bytes) => `${plural(bytes, "caractère n'a pas été tapé", "caractères n'ont pas été tapés")}`,
  held: "Ils ont attendu trop longtemps, ou le terminal a changé de mains ; peut-être n'en veut-on plus :",
  sendHeld: "Les taper maintenant",
  discard: "Jeter",
  skipped: (bytes) =>
    `${plural(bytes, "octet", "octets")} de sortie plus ancienne n'étaient plus gardés ; il en manque ci-dessus.`,
  inputFull: "C'était trop à garder tant que rien ne peut être envoyé ; la dernière saisie n'a pas été prise.",
  viewerTyped: "Vous regardez. Prenez le contrôle pour taper.",
  installed: "Installée : elle a maintenant sa fenêtre et son icône.",
  openLink: (uri) => `Ouvrir ${uri} ?`,
  copyOffer: (length) =>
    `Un programme veut copier ${plural(length, "caractère", "caractères")} dans le presse-papiers.`,
  copyTooMuch: (length) =>
    `Un programme voulait copier ${plural(length, "caractère", "caractères")} dans le presse-papiers ; c'est trop.`,
  copy: "Copier",
  dismiss: "Fermer",
  copied: "Copié",
};
