/** The connection and how a terminal ends, in French. */
import type { STATUS as ENGLISH } from "../en/status.ts";
import { formatsOf } from "../formats.ts";
import type { Widened } from "../languages.ts";
import { signalName, unitsOf } from "../units.ts";

const { duration, plural } = unitsOf("fr");

export const STATUS: Widened<typeof ENGLISH> = {
  product: "tornterm",
  terminal: "Terminal. Ctrl F6 le quitte au clavier.",
  connecting: "Connexion",
  live: "Connecté",
  silent: "Pas de réponse",
  silentTitle: "Le serveur ne répond pas",

  reconnectingIn: (seconds) => (seconds > 0 ? `Nouvel essai dans ${seconds} s` : "Nouvel essai"),
  now: "Maintenant",
  reasonLost: "La connexion a été perdue.",
  goingAway: "Le serveur redémarre ; votre terminal reviendra s'il revient.",
  offline: "Cet appareil est hors ligne.",
  unreachable: "Le serveur est injoignable.",
  upgradeRefused: "Le serveur répond, mais la connexion du terminal n'aboutit pas. Quelque chose entre les deux bloque peut-être les WebSockets.",
  serverTrouble: "Le serveur a eu un problème.",
  stalled: "La connexion n'a pris aucune sortie depuis trop longtemps.",
  brokenProtocol: "Le serveur a dit quelque chose d'inattendu.",
  waiting: (bytes) => `${plural(bytes, "caractère", "caractères")} en attente d'envoi`,
  replacedTitle: "Ce terminal est ouvert ailleurs",
  replaced: "Un autre onglet ou appareil l'a repris. Ce qui y tourne continue.",
  useHere: "L'utiliser ici",
  endedTitle: "Le programme est terminé",
  ended: "Terminé",
  endedUnknown: "La session est finie.",
  endedAt: (at) => `(${formatsOf("fr").minute(at)})`,
  endedCode: (code) => (code === 0 ? "Il s'est terminé normalement." : `Il s'est terminé avec le code ${code}.`),
  endedSignal: (signal) => `Il a été terminé par le signal ${signalName(signal)}.`,
  expiredTitle: "Cette session a expiré",
  expired: "Personne n'y est revenu à temps, ou son temps était écoulé.",
  missingTitle: "Pas de telle session",
  missing: "Elle n'existe pas (ou plus), ou elle n'est pas à vous.",
  unsharedTitle: "Ce lien n'est plus valable",
  unshared: "Il a été retiré, son temps est écoulé, ou le terminal n'existe plus.",
  limitTitle: "Pas de nouvelle session pour l'instant",
  limitUsed: (current, limit) => `${current} sur ${limit} utilisées.`,
  limitRetry: (seconds) => `Réessayez dans ${duration(seconds)}.`,
  limitOver: "Vous pouvez réessayer maintenant.",
  takeUpHint: "Vous pouvez continuer avec une des vôtres.",
  takenOver: "Ce qui est ouvert ailleurs est repris de là.",
  tryAgain: "Réessayer",
  loginTitle: "Vous êtes déconnecté",
  login: "Votre connexion a pris fin. Ce qui tourne dans le terminal continue ; connectez-vous pour y revenir.",
  loginGone:
    "Votre connexion a pris fin ; un redémarrage du serveur les termine toutes, avec ce qui tourne dans " +
    "les terminaux. Connectez-vous pour voir si le vôtre est encore là.",
  logIn: "Se connecter",
  failedTitle: "Le terminal n'a pas pu démarrer",
  refusedTitle: "La connexion a été refusée",
  refused: "Le serveur n'accepte pas cette connexion.",
  reload: "Recharger",
  newSession: "Nouvelle session",
};
