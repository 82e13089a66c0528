/** The connection and how a terminal ends, in German. */
import type { STATUS as ENGLISH } from "../en/status.ts";
import { formatsOf } from "../formats.ts";
import type { Widened } from "../languages.ts";
import { signalName, unitsOf } from "../units.ts";

const { duration, plural } = unitsOf("de");

export const STATUS: Widened<typeof ENGLISH> = {
  product: "tornterm",
  terminal: "Terminal. Mit Strg F6 verlässt die Tastatur es.",
  connecting: "Verbinden",
  live: "Verbunden",
  silent: "Keine Antwort",
  silentTitle: "Der Server antwortet nicht",

  reconnectingIn: (seconds) => (seconds > 0 ? `Neuer Versuch in ${seconds} s` : "Neuer Versuch"),
  now: "Jetzt",
  reasonLost: "Die Verbindung ist abgerissen.",
  goingAway: "Der Server startet neu; Ihr Terminal ist wieder da, wenn er es ist.",
  offline: "Dieses Gerät ist offline.",
  unreachable: "Der Server ist nicht erreichbar.",
  upgradeRefused: "Der Server antwortet, aber für das Terminal kommt keine Verbindung zustande. Vielleicht lässt etwas dazwischen keine WebSockets durch.",
  serverTrouble: "Der Server hatte ein Problem.",
  stalled: "Die Verbindung hat zu lange keine Ausgabe angenommen.",
  brokenProtocol: "Der Server hat etwas Unerwartetes gesagt.",
  waiting: (bytes) => `${plural(bytes, "Zeichen wartet", "Zeichen warten")} auf den Versand`,
  replacedTitle: "Dieses Terminal ist anderswo offen",
  replaced: "Ein anderer Tab oder ein anderes Gerät hat es übernommen. Was darin läuft, läuft weiter.",
  useHere: "Hier verwenden",
  endedTitle: "Das Programm ist beendet",
  ended: "Beendet",
  endedUnknown: "Die Sitzung ist vorbei.",
  endedAt: (at) => `(${formatsOf("de").minute(at)})`,
  endedCode: (code) => (code === 0 ? "Es endete normal." : `Es endete mit Exit-Code ${code}.`),
  endedSignal: (signal) => `Es wurde durch Signal ${signalName(signal)} beendet.`,
  expiredTitle: "Diese Sitzung ist abgelaufen",
  expired: "Niemand kam rechtzeitig zurück, oder ihre Zeit war um.",
  missingTitle: "Keine solche Sitzung",
  missing: "Es gibt sie nicht (mehr), oder sie gehört nicht Ihnen.",
  unsharedTitle: "Dieser Link gilt nicht mehr",
  unshared: "Er wurde zurückgenommen, seine Zeit ist um, oder das Terminal gibt es nicht mehr.",
  limitTitle: "Jetzt keine neue Sitzung",
  limitUsed: (current, limit) => `${current} von ${limit} in Gebrauch.`,
  limitRetry: (seconds) => `Versuchen Sie es in ${duration(seconds)} noch einmal.`,
  limitOver: "Sie können es jetzt noch einmal versuchen.",
  takeUpHint: "Sie können mit einer Ihrer Sitzungen weitermachen.",
  takenOver: "Was anderswo offen ist, wird von dort übernommen.",
  tryAgain: "Noch einmal",
  loginTitle: "Sie sind abgemeldet",
  login: "Ihre Anmeldung ist zu Ende. Was im Terminal läuft, läuft weiter; melden Sie sich an, um zurückzukehren.",
  loginGone:
    "Ihre Anmeldung ist zu Ende; ein Neustart des Servers beendet alle Anmeldungen und was in Terminals " +
    "läuft. Melden Sie sich an, um zu sehen, ob Ihres noch da ist.",
  logIn: "Anmelden",
  failedTitle: "Das Terminal konnte nicht gestartet werden",
  refusedTitle: "Die Verbindung wurde abgelehnt",
  refused: "Der Server nimmt diese Verbindung nicht an.",
  reload: "Neu laden",
  newSession: "Neue Sitzung",
};
