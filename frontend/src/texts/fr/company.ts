/** Who else is at a terminal, and links for others, in French. */
import type { COMPANY as ENGLISH } from "../en/company.ts";
import type { Widened } from "../languages.ts";
import { unitsOf } from "../units.ts";

const { duration } = unitsOf("fr");

export const COMPANY: Widened<typeof ENGLISH> = {
  viewer: "Spectateur",
  viewerHint: "Un autre onglet ou appareil contrôle ce terminal.",
  controlledBy: (user) => `${user} contrôle ce terminal.`,
  takeControl: "Prendre le contrôle",
  back: "Cette page a maintenant le contrôle.",
  guestHint: "Vous regardez le terminal de quelqu'un.",
  askForControl: "Demander le contrôle",
  asked: "Vous avez demandé le contrôle ; son propriétaire décide.",
  stopAsking: "Ne plus demander",
  asksTitle: (user) => `${user} demande le contrôle`,
  asksHint: "Si vous acceptez, cette personne tape dans ce terminal jusqu'à ce que vous repreniez le contrôle.",
  notNow: "Pas maintenant",
  grant: "Laisser taper",
  granted: "Vous contrôlez le terminal de quelqu'un.",
  giveBack: "Rendre",
  giveUp: "Céder le contrôle",
  peopleHere: "Devant ce terminal",
  you: (user) => `${user} (cette page)`,
  othersWatch: (count) => (count === 0 ? "" : count === 1 ? "1 autre regarde" : `${count} autres regardent`),
  youType: (watching) => `Vous écrivez${watching && `, ${watching}`}`,
  youTypeElsewhere: (watching) => `Vous écrivez ailleurs${watching && `, ${watching}`}`,
  types: (user, watching) => `${user} écrit${watching && `, ${watching}`}`,
  nobodyTypes: (watching) => `Personne n’écrit${watching && `, ${watching}`}`,
  grantTo: (user) => `Laisser ${user} écrire`,
  writes: "tape",
  watches: "regarde",
  onlyWatches: "peut seulement regarder",
  asks: "demande le contrôle",

  share: "Partager ce terminal",
  shareHint: "Quiconque a le lien voit tout ce terminal, sans se connecter.",
  shareMay: "Avec le lien, on peut",
  mayWatch: "regarder",
  mayAsk: "regarder et demander le contrôle",
  shareFor: "Il est valable",
  oneHour: "une heure",
  oneDay: "un jour",
  oneWeek: "une semaine",
  makeLink: "Créer un lien",
  link: "Lien",
  linkOnce: "Il n'est montré que maintenant ; retirez-le ci-dessous quand il ne sert plus.",
  shareLasts: (seconds) => `encore ${duration(seconds)}`,
  watching: (count) => (count === 0 ? "personne ne regarde" : `${count} en train de regarder`),
  revoke: "Retirer",
  close: "Fermer",
};
