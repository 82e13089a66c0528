/** The page on which one logs in, in German. */
import type { LOGIN as ENGLISH } from "../en/login.ts";
import type { Widened } from "../languages.ts";
import { unitsOf } from "../units.ts";

const { duration } = unitsOf("de");

export const LOGIN: Widened<typeof ENGLISH> = {
  loginPageTitle: "Anmelden",
  loggingIn: "Anmeldung läuft",
  loginFailed: "Das hat nicht geklappt.",
  loginWait: (seconds) => `Zu viele Versuche. Versuchen Sie es in ${duration(seconds)} noch einmal.`,
  loginUnreachable: "Der Server ist nicht erreichbar. Versuchen Sie es noch einmal.",
  loginNoMethods: "Verwenden Sie den Anmeldelink, den der Server beim Start ausgegeben hat.",
  loginOr: "oder",
};
