/** The page on which one logs in, in English. */
import { unitsOf } from "../units.ts";

const { duration } = unitsOf("en");

export const LOGIN = {
  loginPageTitle: "Log in",
  loggingIn: "Logging in",
  loginFailed: "That did not work.",
  loginWait: (seconds: number) => `Too many attempts. Try again in ${duration(seconds)}.`,
  loginUnreachable: "The server cannot be reached. Try again.",
  loginNoMethods: "Use the login link that the server printed when it started.",
  loginOr: "or",
} as const;
