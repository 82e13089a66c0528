/** The page on which one logs in, in French. */
import type { LOGIN as ENGLISH } from "../en/login.ts";
import type { Widened } from "../languages.ts";
import { unitsOf } from "../units.ts";

const { duration } = unitsOf("fr");

export const LOGIN: Widened<typeof ENGLISH> = {
  loginPageTitle: "Connexion",
  loggingIn: "Connexion en cours",
  loginFailed: "Cela n'a pas marché.",
  loginWait: (seconds) => `Trop d'essais. Réessayez dans ${duration(seconds)}.`,
  loginUnreachable: "Le serveur est injoignable. Réessayez.",
  loginNoMethods: "Utilisez le lien de connexion que le serveur a affiché au démarrage.",
  loginOr: "ou",
};
