/** Every sentence of the administration page, in French. */
import { unitsOf } from "../../texts/units.ts";
import type { Texts } from "../text.ts";

const { bytes, counted: plural, brief: duration } = unitsOf("fr");

/** How many of them are shown. */
function some(shown: number, all: number, one: string, many: string): string {
  return (shown === all ? "" : `${shown} sur `) + plural(all, one, many);
}

const STATES: Record<string, string> = { pending: "démarre", ending: "se termine", ended: "terminée" };

export const FR: Texts = {
  title: "Administration",
  backToTerminal: "Ouvrir un terminal",
  views: "Vues",
  sessions: "Sessions",
  users: "Utilisateurs",
  audit: "Journal",
  plugins: "Extensions",
  recordings: "Enregistrements",
  server: "Serveur",

  live: "En direct",
  connecting: "Connexion",
  reconnecting: "Nouvel essai",
  loggedOut: "Déconnecté",
  refused: "Refusé",
  loginEnded: "Votre connexion est terminée ; plus rien ici n’est à jour.",
  notAdmin: "Vous n’administrez pas (ou plus) ce serveur.",
  unreachable: "Le serveur est injoignable ; ce qui est affiché peut être dépassé.",
  logIn: "Se connecter",
  trouble: "Le serveur a eu un problème.",

  search: "Rechercher",
  searchSessions: "Titre, utilisateur ou identifiant",
  searchUsers: "Nom ou groupe",
  count: {
    sessions: (shown, all) => some(shown, all, "session", "sessions"),
    users: (shown, all) => some(shown, all, "utilisateur", "utilisateurs"),
    events: (count) => plural(count, "événement", "événements"),
    recordings: (count) => plural(count, "enregistrement", "enregistrements"),
  },
  nothingFound: "Rien ne correspond à la recherche.",
  noSessions: "Il n’y a pas de session.",
  noUsers: "Il n’y a personne.",
  noEvents: "Rien ne s’est encore passé.",
  loading: "Chargement",
  gridHint: "Les flèches déplacent, Entrée ouvre les détails.",
  pickHint: "Les flèches déplacent, Entrée ouvre les détails, la barre d’espace sélectionne.",
  picked: "Sélectionnée",
  pick: (name) => `Sélectionner ${name}`,
  pickAll: "Tout sélectionner",
  pickNone: "Ne rien sélectionner",

  state: "État",
  name: "Titre",
  user: "Utilisateur",
  started: "Début",
  size: "Taille",
  at: "Personnes",
  output: "Sortie",
  rate: "Débit",
  ends: "Gardée encore",
  stateOf: (state, attached) => {
    if (state === "running") return attached > 0 ? "attachée" : "en attente";
    return STATES[state] ?? state;
  },
  untitled: "sans titre",
  perSecond: (rate) => (rate > 0 ? `${bytes(rate)}/s` : ""),
  ago: (seconds) => `il y a ${duration(seconds)}`,
  cells: (cols, rows) => `${cols}×${rows}`,

  details: (name) => `Détails de ${name}`,
  close: "Fermer",
  id: "Identifiant",
  profile: "Profil",
  process: "Processus",
  scrollback: "Sortie conservée",
  queued: "Saisie non lue",
  shares: "Partages",
  peopleHere: "Personnes",
  nobodyHere: "Personne n’est attaché.",
  writer: "écrit",
  viewer: "regarde",
  asks: "demande à écrire",
  behind: (count) => (count > 0 ? `${bytes(count)} de retard` : "à jour"),
  screenLost: "L’image de son écran n’est pas ce qu’elle devrait être.",
  gone: "Cette session est terminée.",

  watch: "Regarder",
  watchSure: "Voir ce qui est sur cet écran ? Ses utilisateurs en sont avertis, et c’est inscrit au journal.",
  watchIt: "Oui, regarder",
  watchReady: "Ouvrir l’écran",
  end: "Terminer",
  endOf: (name) => `Terminer ${name}`,
  endSure: "La terminer avec son programme ? Ses utilisateurs en sont avertis, et c’est inscrit au journal.",
  endIt: "Oui, terminer",
  keepIt: "La garder",
  notNow: "Pas maintenant",
  ended: (name) => `${name} a été terminée.`,
  endSeveral: (count) => `Terminer ${plural(count, "session", "sessions")}`,
  endSeveralSure: (count) =>
    `Terminer ${plural(count, "session", "sessions")} avec leurs programmes ? ` +
    "Leurs utilisateurs en sont avertis, et chaque fin est inscrite au journal.",
  endThem: "Oui, terminer",
  keepThem: "Les garder",
  endedSeveral: (ended, failed) =>
    plural(ended, "session a été terminée", "sessions ont été terminées") +
    (failed > 0 ? `, ${failed} n’ont pas pu l’être.` : "."),

  groups: "Groupes",
  role: "Rôle",
  admin: "administre",
  concurrent: "Sessions",
  logins: "Connexions",
  created: "Cette heure",
  near: "De la limite",
  ofLimit: (used, most) => (most ? `${used} sur ${most}` : `${used}`),
  nearOnly: "Près d’une limite",
  inGroup: "Sessions du groupe",
  theirSessions: "Montrer ses sessions",
  noLimit: "aucun",
  logOut: "Déconnecter partout",
  logOutSure: "Terminer toutes ses connexions ? Ses pages se ferment, ses sessions continuent ; c’est inscrit au journal.",
  logOutIt: "Oui, déconnecter",
  loggedOutOf: (name, count) => `${plural(count, "connexion", "connexions")} de ${name} terminées.`,

  time: "Heure",
  event: "Événement",
  address: "Adresse",
  session: "Session",
  facts: "Détails",
  everyEvent: "Tous les événements",
  anyUser: "Tous les utilisateurs",
  text: "Texte",
  anywhere: "N’importe où dans l’événement",
  pause: "Suspendre",
  goOn: "Reprendre",
  paused: (count) => `Suspendu ; depuis, ${plural(count, "événement", "événements")}`,
  missed: (count) =>
    `${plural(count, "événement plus ancien n’est", "événements plus anciens ne sont")} plus conservés ici.`,
  showSession: "Montrer la session",

  hook: "Hook",
  calls: "Appels",
  errors: "Erreurs",
  mean: "Moyenne",
  longest: "Le plus long",
  blocked: "A retenu tout le monde",
  lastTrouble: (hook, ago) => `Dernier problème dans ${hook}, ${ago} :`,
  hooksOf: (count) => plural(count, "hook", "hooks"),
  fine: "en ordre",
  failing: (count) => plural(count, "erreur", "erreurs"),
  milliseconds: (seconds) =>
    (seconds >= 1 ? `${seconds.toFixed(1)} s` : `${(seconds * 1000).toFixed(1)} ms`).replace(".", ","),

  searchRecordings: "Session ou jour",
  noRecordings: "Il n’y a pas d’enregistrement.",
  began: "Début",
  onDisk: "Sur le disque",
  speed: "Vitesse",
  skipPauses: "Sauter les pauses",
  playerHint:
    "Espace lit et suspend, les flèches avancent et reculent, [ et ] vont de repère en repère. " +
    "Qui regarde est inscrit au journal.",

  running: "En marche depuis",
  version: "Version",
  connections: "Connexions réseau",
  auditLost: "Événements perdus",
  draining: "Il s’arrête : rien de nouveau ne peut commencer.",
  reload: "Recharger la configuration",
  reloadSure: "Relire le fichier de configuration ? Ce qui y est faux ne change rien.",
  reloadIt: "Recharger",
  reloaded: "La configuration a été relue.",
  needsRestart: "Ceci prend effet au prochain démarrage :",
  notReloadable: "La configuration appartient à l’application autour des terminaux.",
  chartSessions: "Sessions",
  chartOutput: "Sortie",
  chartDelay: "Retard de la boucle d’événements",
  chartMemory: "Mémoire",
  chartSays: (name, now, most) => `${name} dans la dernière heure : maintenant ${now}, au plus ${most}.`,
  noFigures: "Les premiers chiffres viennent dix secondes après le démarrage.",
  hourAgo: "il y a 1 h",
  now: "maintenant",
  most: "au plus",
};
