/** Who else is at a terminal, and links for others, in German. */
import type { COMPANY as ENGLISH } from "../en/company.ts";
import type { Widened } from "../languages.ts";
import { unitsOf } from "../units.ts";

const { duration } = unitsOf("de");

export const COMPANY: Widened<typeof ENGLISH> = {
  viewer: "Zuschauen",
  viewerHint: "Ein anderer Tab oder ein anderes Gerät steuert dieses Terminal.",
  controlledBy: (user) => `${user} steuert dieses Terminal.`,
  takeControl: "Steuerung übernehmen",
  back: "Diese Seite steuert jetzt.",
  guestHint: "Sie sehen jemandem beim Arbeiten im Terminal zu.",
  askForControl: "Um Steuerung bitten",
  asked: "Sie haben um die Steuerung gebeten; wem das Terminal gehört, entscheidet.",
  stopAsking: "Nicht mehr bitten",
  asksTitle: (user) => `${user} bittet um die Steuerung`,
  asksHint: "Wenn Sie zustimmen, tippt die Person in dieses Terminal, bis Sie die Steuerung zurücknehmen.",
  notNow: "Jetzt nicht",
  grant: "Tippen lassen",
  granted: "Sie steuern das Terminal einer anderen Person.",
  giveBack: "Zurückgeben",
  giveUp: "Steuerung abgeben",
  peopleHere: "An diesem Terminal",
  you: (user) => `${user} (diese Seite)`,
  othersWatch: (count) => (count === 0 ? "" : count === 1 ? "1 andere Person sieht zu" : `${count} andere sehen zu`),
  youType: (watching) => `Sie tippen${watching && `, ${watching}`}`,
  youTypeElsewhere: (watching) => `Sie tippen anderswo${watching && `, ${watching}`}`,
  types: (user, watching) => `${user} tippt${watching && `, ${watching}`}`,
  nobodyTypes: (watching) => `Niemand tippt${watching && `, ${watching}`}`,
  grantTo: (user) => `${user} tippen lassen`,
  writes: "tippt",
  watches: "sieht zu",
  onlyWatches: "darf nur zusehen",
  asks: "bittet um die Steuerung",

  share: "Dieses Terminal freigeben",
  shareHint: "Wer den Link hat, sieht ohne Anmeldung alles in diesem Terminal.",
  shareMay: "Mit dem Link darf man",
  mayWatch: "zusehen",
  mayAsk: "zusehen und um die Steuerung bitten",
  shareFor: "Er gilt",
  oneHour: "eine Stunde",
  oneDay: "einen Tag",
  oneWeek: "eine Woche",
  makeLink: "Link erstellen",
  link: "Link",
  linkOnce: "Er wird nur jetzt gezeigt; nehmen Sie ihn unten zurück, wenn er nicht mehr gebraucht wird.",
  shareLasts: (seconds) => `noch ${duration(seconds)}`,
  watching: (count) => (count === 0 ? "niemand sieht zu" : `${count} sehen zu`),
  revoke: "Zurücknehmen",
  close: "Schließen",
};
