"""What the server says to people itself: errors, a missing server, the names of logins."""

from __future__ import annotations

from collections.abc import Callable, Mapping

__all__ = ["COOKIE", "SENTENCES", "language_of", "translator"]

SENTENCES: Mapping[str, Mapping[str, str]] = {
    # Errors: what HTTP calls them, and what they mean to a person.
    "Bad Request": {"de": "Nicht verstanden", "fr": "Requête incomprise"},
    "The server did not understand this request.": {
        "de": "Der Server hat diese Anfrage nicht verstanden.",
        "fr": "Le serveur n'a pas compris cette requête.",
    },
    "Unauthorized": {"de": "Nicht angemeldet", "fr": "Pas connecté"},
    "Please log in.": {"de": "Melden Sie sich an.", "fr": "Connectez-vous."},
    "Forbidden": {"de": "Nicht erlaubt", "fr": "Interdit"},
    "You are not allowed to do this.": {
        "de": "Das dürfen Sie nicht.",
        "fr": "Vous n'avez pas le droit de faire cela.",
    },
    "Not Found": {"de": "Nicht gefunden", "fr": "Introuvable"},
    "There is nothing at this address.": {
        "de": "An dieser Adresse ist nichts.",
        "fr": "Il n'y a rien à cette adresse.",
    },
    "Method Not Allowed": {"de": "So nicht möglich", "fr": "Méthode refusée"},
    "This address does not take that kind of request.": {
        "de": "Diese Adresse nimmt solche Anfragen nicht an.",
        "fr": "Cette adresse n'accepte pas ce genre de requête.",
    },
    "This request is too large.": {
        "de": "Diese Anfrage ist zu groß.",
        "fr": "Cette requête est trop grande.",
    },
    "Internal Server Error": {"de": "Fehler auf dem Server", "fr": "Erreur du serveur"},
    "Something went wrong on the server.": {
        "de": "Auf dem Server ging etwas schief.",
        "fr": "Quelque chose s'est mal passé sur le serveur.",
    },
    "Service Unavailable": {"de": "Gerade nicht möglich", "fr": "Indisponible"},
    "Logging in is not possible at the moment. Please try again in a moment.": {
        "de": "Anmelden ist gerade nicht möglich. Versuchen Sie es gleich noch einmal.",
        "fr": "Il n'est pas possible de se connecter en ce moment. Réessayez dans un instant.",
    },
    "The server is shutting down. Please come back in a moment.": {
        "de": "Der Server fährt herunter. Kommen Sie gleich wieder.",
        "fr": "Le serveur s'arrête. Revenez dans un instant.",
    },
    "Open a terminal": {"de": "Ein Terminal öffnen", "fr": "Ouvrir un terminal"},
    # What ways to log in that come with us are called, and what they ask for.
    "Log in": {"de": "Anmelden", "fr": "Se connecter"},
    "Log in with a token": {"de": "Mit einem Token anmelden", "fr": "Se connecter avec un jeton"},
    "System account": {"de": "Konto dieses Systems", "fr": "Compte de ce système"},
    "Directory account": {"de": "Konto im Verzeichnis", "fr": "Compte de l'annuaire"},
    "User name": {"de": "Benutzername", "fr": "Nom d'utilisateur"},
    "Password": {"de": "Passwort", "fr": "Mot de passe"},
    "Token": {"de": "Token", "fr": "Jeton"},
    # Where there is no server.
    "The server cannot be reached": {
        "de": "Der Server ist nicht zu erreichen",
        "fr": "Le serveur est injoignable",
    },
    "This device is offline, or {title} does not answer. What runs in your terminals goes on as "
    "long as the server does.": {
        "de": "Dieses Gerät ist offline, oder {title} antwortet nicht. Was in Ihren Terminals "
        "läuft, läuft weiter, solange der Server läuft.",
        "fr": "Cet appareil est hors ligne, ou {title} ne répond pas. Ce qui tourne dans vos "
        "terminaux continue tant que le serveur fonctionne.",
    },
    "Try again": {"de": "Noch einmal versuchen", "fr": "Réessayer"},
    # Where there are no scripts.
    "This page is a terminal and needs JavaScript.": {
        "de": "Diese Seite ist ein Terminal und braucht JavaScript.",
        "fr": "Cette page est un terminal et a besoin de JavaScript.",
    },
    "This page needs JavaScript.": {
        "de": "Diese Seite braucht JavaScript.",
        "fr": "Cette page a besoin de JavaScript.",
    },
    "Logging in on this page needs JavaScript.": {
        "de": "Für die Anmeldung auf dieser Seite ist JavaScript nötig.",
        "fr": "La connexion sur cette page a besoin de JavaScript.",
    },
}
"""The sentences in English, and in each other language."""

LANGUAGES = ("en", "de", "fr")

COOKIE = "tornterm-language"
"""The cookie in which the page says which language somebody has chosen; nothing else is in it."""


def language_of(accepted: str, chosen: str | None = None) -> str:
    """What somebody has chosen, else what their browser asks for most; else English.

    Args:
        accepted: The header ``Accept-Language``.
        chosen: What the cookie says; what is no language of ours is nobody's choice.
    """
    if chosen in LANGUAGES:
        return str(chosen)
    best, most = LANGUAGES[0], 0.0
    for choice in accepted.split(","):
        name, *parameters = choice.strip().lower().split(";")
        language = name.strip().partition("-")[0]
        weight = _weight(parameters)
        if language in LANGUAGES and weight > most:
            best, most = language, weight
    return best


def _weight(parameters: list[str]) -> float:
    for parameter in parameters:
        name, _, value = parameter.strip().partition("=")
        if name.strip() == "q":
            try:
                return float(value)
            except ValueError:
                return 0.0
    return 1.0


def translator(language: str) -> Callable[[str], str]:
    """What says a sentence in a language; one that is not in the catalogue stays as it is.

    Args:
        language: One that `language_of` gives.
    """
    return lambda sentence: SENTENCES.get(sentence, {}).get(language, sentence)
