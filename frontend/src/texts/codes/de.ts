/** What the server says, by its codes, in German. */
import { type Codes, numberIn, reasonIn } from "../../codes.ts";

export const DE: Codes = {
  server_full: "Alle Sitzungen dieses Servers sind in Gebrauch.",
  user_limit: "Sie haben so viele Sitzungen, wie Sie haben dürfen.",
  group_limit: "Ihre Gruppe hat so viele Sitzungen, wie sie haben darf.",
  user_rate: "Sie haben in dieser Stunde so viele Sitzungen begonnen, wie Sie dürfen.",
  login_rate: "Für dieses Konto sind zu viele Anmeldungen gescheitert.",
  ip_rate: "Von dieser Adresse kam zu viel.",
  audit_unavailable: "Neue Sitzungen sind gerade nicht möglich. Versuchen Sie es später noch einmal.",
  spawn_failed: (message) => `Das Programm konnte nicht gestartet werden${reasonIn(message) || "."}`,
  not_found: "Das gibt es nicht (mehr).",
  expired: "Diese Sitzung ist abgelaufen.",
  forbidden: "Das dürfen Sie nicht.",
  unauthenticated: "Melden Sie sich an.",
  auth_ended: "Ihre Anmeldung ist zu Ende. Melden Sie sich wieder an.",
  auth_unavailable: "Anmelden ist gerade nicht möglich. Versuchen Sie es gleich noch einmal.",
  protocol: (message) => `Der Server hat nicht verstanden${reasonIn(message) || "."}`,
  stalled: "Die Verbindung hat zu lange keine Ausgabe angenommen.",
  replaced: "Eine neuere Verbindung dieser Seite ist da.",
  going_away: "Der Server fährt herunter. Kommen Sie gleich wieder.",

  idle: (message) => `Diese Sitzung endet in ${numberIn(message)} s, weil niemand tippt.`,
  lifetime: (message) => `Diese Sitzung endet in ${numberIn(message)} s, weil ihre längste Zeit um ist.`,

  files_off: "Mit dieser Sitzung lassen sich keine Dateien austauschen.",
  file_not_found: "Diese Datei gibt es nicht.",
  file_forbidden: "Das Konto dieser Sitzung darf das mit dieser Datei oder diesem Ordner nicht.",
  not_a_file: "Nur gewöhnliche Dateien lassen sich übertragen.",
  bad_name: "Eine Datei kann nicht so heißen.",
  file_exists: "Dateien dieses Namens gibt es schon zu viele.",
  file_changed: "Die Datei hat sich inzwischen geändert.",
  not_offered: "Das ist nicht die Datei, die angeboten wurde.",
  wrong_offset: "Die Datei endet an einer anderen Stelle, als gesagt wurde.",
  file_too_large: "Die Datei ist größer, als dieser Server überträgt.",
  no_space: "Dafür ist kein Platz.",
  file_trouble: "Die Datei konnte nicht gelesen oder geschrieben werden.",
  transfer_gone: "Diese Übertragung ist vorbei.",

  too_large: "Diese Anfrage ist zu groß.",
  internal: "Auf dem Server ging etwas schief.",
};
