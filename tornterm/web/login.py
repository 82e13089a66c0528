"""Logging in and out: codes of login links, the forms of auth plugins, and the cookie."""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Mapping, Sequence
from typing import Any

from tornado.escape import xhtml_escape
from tornado.web import HTTPError

from tornterm.core.protocols.fields import text
from tornterm.errors import AuthError, AuthUnavailable, ProtocolError
from tornterm.types import LoginMethod, User
from tornterm.web.context import public_base
from tornterm.web.handler import Handler
from tornterm.web.languages import translator
from tornterm.web.pages import PageHandler

__all__ = ["LoginHandler", "LogoutHandler", "account_of", "safe_next"]

MAX_FIELDS = 16
"""Inputs that a login form may have."""

FORM = "application/x-www-form-urlencoded"

# A path of our own and nothing that a browser could take for a host: no second slash in a row, no
# backslash, no control character, also none in the percent encoding that somebody may undo.
_NEXT = re.compile(
    r"(/(?!/)(?:[A-Za-z0-9._~!$&'()*+,;=:@-]|%(?!2[fF]|5[cC]|[01][0-9A-Fa-f]|7[fF])[0-9A-Fa-f]{2})*)+"
    r"(\?[A-Za-z0-9._~!$&'()*+,;=:@/?%-]*)?"
)

_NAME = text(64, shortest=1)
_VALUE = text(4096, lines=True)


def safe_next(wanted: str, base: str) -> str:
    """Where to go after logging in: a path below `base`, never another site.

    Args:
        wanted: What the address asked for.
        base: The path under which the person's browser sees everything.
    """
    if len(wanted) > 1024 or not wanted.startswith(base) or not _NEXT.fullmatch(wanted):
        return base
    path = wanted.partition("?")[0]
    if {".", ".."} & set(path.lower().replace("%2e", ".").split("/")):
        return base
    return base if path in (f"{base}login", f"{base}logout") else wanted


def account_of(fields: Mapping[str, str], methods: Sequence[LoginMethod]) -> str:
    """The account that a form is about: the first input that is not secret.

    Args:
        fields: What was typed, and ``method``, the name of the form.
        methods: The forms that there are.
    """
    for method in methods:
        if method.name == fields.get("method"):
            names = [field.name for field in method.fields if not field.secret]
            return fields.get(names[0], "") if names else ""
    return ""


class LoginHandler(PageHandler):
    """``{base}login``: the page, and what it posts."""

    async def get(self) -> None:
        """The login page; whoever is logged in already goes on to where they wanted to go."""
        base = public_base(self.terminals)
        asked = self.get_query_arguments("next")
        target = safe_next(asked[-1], base) if asked else base
        if asked and await self._logged_in():
            self.redirect(target)
            return
        # A login link has no next, and is for this page whatever else there is.
        page = self.login_page(target) if asked or self.terminals.host_login else ""
        if page and not page.partition("?")[0].endswith(f"{base}login"):
            self.redirect(page)
            return
        if asked and self.request.headers.get("Sec-Fetch-Site") in ("cross-site", "same-site"):
            self._come_again()
            return
        methods = [self._named(each) for each in await self.terminals.plugins.login_methods()]
        self.show("login.html", {"methods": methods, "next": target})

    def _named(self, method: LoginMethod) -> dict[str, Any]:
        """A way to log in for the page's script, named in the language of the reader."""
        say = translator(self.language)
        fields = [{**dataclasses.asdict(one), "label": say(one.label)} for one in method.fields]
        return {**dataclasses.asdict(method), "label": say(method.label), "fields": fields}

    async def _logged_in(self) -> bool:
        try:
            await self.authenticate()
        except AuthError:
            return False
        return True

    def _come_again(self) -> None:
        """Have the browser ask again by itself, this time with the cookie.

        Who follows a link on another site arrives without it, because it is SameSite=Strict.
        """
        here = xhtml_escape(public_base(self.terminals) + "login?" + self.request.query)
        self.set_header("Content-Type", "text/html; charset=UTF-8")
        self.finish(f'<!DOCTYPE html><meta http-equiv="refresh" content="0; url={here}">')

    async def post(self) -> None:
        """Exchange a code or the fields of a form for a cookie."""
        wish = self._wish()
        asked, code = wish.pop("next", ""), wish.pop("code", None)
        fields = await self._with_method(wish) if code is None else {}
        account = account_of(fields, await self.terminals.plugins.login_methods()) if fields else ""
        attempt = self.terminals.throttle.begin(self.remote, account, self.terminals.clock.now())
        method = "code" if code is not None else fields["method"]
        try:
            user = self._redeem(code) if code is not None else await self._ask(fields)
        except AuthError as error:
            if isinstance(error, AuthUnavailable):
                attempt.withdraw()
            self.login_failed(error, method, account)
            raise
        attempt.succeeded()
        self.log_in(user, method)
        target = safe_next(asked, public_base(self.terminals))
        if self.content_type == FORM:
            self.redirect(target, status=303)
        else:
            self.answer({"next": target})

    def _wish(self) -> dict[str, str]:
        """The posted values, each a text: of a form, or of JSON with or without ``fields``."""
        if self.content_type == FORM:
            body: dict[str, Any] = {
                name: self.get_body_argument(name, strip=False)
                for name in self.request.body_arguments
            }
        else:
            body = self.json_body()
            inner = body.pop("fields", {})
            if not isinstance(inner, dict):
                raise ProtocolError("fields must be an object")
            body = {**inner, **body}
        if len(body) > MAX_FIELDS:
            raise ProtocolError(f"a login has at most {MAX_FIELDS} fields")
        return {_NAME("each field's name", name): _VALUE("each field", body[name]) for name in body}

    async def _with_method(self, fields: Mapping[str, str]) -> dict[str, str]:
        """The fields with the name of their form, the only one where it was left out."""
        if not fields.keys() - {"method"}:
            raise ProtocolError('a login needs "code", or "method" and "fields"')
        if fields.get("method"):
            return dict(fields)
        forms = [method for method in await self.terminals.plugins.login_methods() if method.fields]
        return {**fields, "method": forms[0].name if len(forms) == 1 else ""}

    def _redeem(self, code: str) -> User:
        user = self.terminals.codes.redeem(code, self.terminals.clock.now())
        if user is None:
            raise AuthError(
                "unknown, used or old login code",
                "This login link was used already, or is too old. The command "
                "“tornterm login-link” on the server makes a new one.",
            )
        return user

    async def _ask(self, fields: Mapping[str, str]) -> User:
        user = await self.terminals.plugins.authenticate(self.auth_request("form", fields))
        if user is None:
            raise AuthError("no plugin knows these credentials", "That did not match. Try again.")
        return user


class LogoutHandler(Handler):
    """``{base}logout``: the login and its connections end; what runs in the sessions goes on."""

    def post(self) -> None:
        """End the login that the cookie names."""
        if self.content_type not in ("", FORM, "application/json"):
            raise HTTPError(415)
        self.log_out()
        if self.for_people:
            own = f"{public_base(self.terminals)}login"
            self.redirect(self.terminals.settings.ui.logout_url or own, status=303)
        else:
            self.set_status(204)
