"""What goes out: strict headers, one shape of error, and no secret in any log."""

from __future__ import annotations

import logging
import re
from http import HTTPStatus
from types import TracebackType
from typing import Any, NamedTuple

from tornado.web import HTTPError, RequestHandler

from tornterm.errors import LimitExceeded, TorntermError
from tornterm.types import User
from tornterm.web.context import Context, public_base
from tornterm.web.languages import COOKIE, language_of, translator
from tornterm.web.proxies import Client
from tornterm.web.render import render

__all__ = ["Answers", "Problem", "problem_of", "redacted_uri"]

logger = logging.getLogger("tornterm.web")
access_logger = logging.getLogger("tornterm.access")

HEADERS = {
    "Content-Security-Policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; "
        "img-src 'self' data:; font-src 'self' data:; connect-src 'self'; manifest-src 'self'; "
        "base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
    ),
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
    "Cache-Control": "no-store",
}

_PROBLEMS = {
    400: ("bad_request", "The server did not understand this request."),
    401: ("unauthenticated", "Please log in."),
    403: ("forbidden", "You are not allowed to do this."),
    404: ("not_found", "There is nothing at this address."),
    405: ("method_not_allowed", "This address does not take that kind of request."),
    413: ("too_large", "This request is too large."),
    415: ("unsupported_media_type", "The body must be JSON: Content-Type: application/json."),
    500: ("internal", "Something went wrong on the server."),
}

_OPEN_ARGUMENT = re.compile(r"(cols|rows)=[0-9]{1,4}|control=(on|off)")
"""What may be logged of a query; anything else might be a token, in the wrong place perhaps."""

_QUIET = frozenset({"element.js", "healthz", "metrics", "readyz", "static"})
"""Where requests come so often that nobody wants to read about each."""


class Problem(NamedTuple):
    """An error as a person or a program gets to see it."""

    code: str
    message: str
    facts: dict[str, int]


def redacted_uri(uri: str) -> str:
    """A request's address for the log: without any value that could be a secret, and not too long.

    Args:
        uri: Path and query as the client sent them.
    """
    path, _, query = uri.partition("?")
    shown = "&".join(
        pair if _OPEN_ARGUMENT.fullmatch(pair) else f"{name}=***"
        for pair in query.split("&")[:8]
        if re.fullmatch(r"[a-z_]{1,20}", name := pair.partition("=")[0])
    )
    return _one_line(f"{path[:200]}?{shown}" if shown else path[:200])


def _one_line(text: str) -> str:
    return text if text.isprintable() else ascii(text)[1:-1]


class Answers(RequestHandler):
    """The outgoing half of every handler; the incoming half is `tornterm.web.base.Access`."""

    terminals: Context
    client: Client | None = None
    user: User | None = None
    route = ""

    def set_default_headers(self) -> None:
        """Headers of every answer; a plugin's handler may change its own afterwards."""
        self.clear_header("Server")
        for name, value in HEADERS.items():
            self.set_header(name, value)
        super().set_default_headers()

    def compute_etag(self) -> str | None:
        """None: nothing here may be kept by a cache."""
        return None

    # --- errors --------------------------------------------------------------------------------

    def send_error(self, status_code: int = 500, **kwargs: Any) -> None:
        """Give our own errors their own status."""
        error = _error_in(kwargs)
        if isinstance(error, TorntermError):
            status_code = error.http_status
        super().send_error(status_code, **kwargs)

    def write_error(self, status_code: int, **kwargs: Any) -> None:
        """Say what is wrong, in JSON or as a page, without saying how we are built."""
        error = _error_in(kwargs)
        problem = problem_of(status_code, error)
        if isinstance(error, LimitExceeded) and error.retry_after is not None:
            self.set_header("Retry-After", str(error.retry_after))
        if status_code == HTTPStatus.UNAUTHORIZED:
            self.set_header("WWW-Authenticate", "Bearer")
        if self.for_people:
            self._write_error_page(problem)
        else:
            self.finish(self.error_body(problem))

    def error_body(self, problem: Problem) -> dict[str, Any]:
        """An error in JSON."""
        return {"error": {"code": problem.code, "message": problem.message, **problem.facts}}

    @property
    def for_people(self) -> bool:
        """Whether a browser shows the answer to a person."""
        accepts = self.request.headers.get("Accept", "").lower()
        return "text/html" in accepts and not self.route.startswith("api/")

    @property
    def language(self) -> str:
        """What the person reads, as they have chosen on the page or as their browser says."""
        return language_of(self.request.headers.get("Accept-Language", ""), self.get_cookie(COOKIE))

    def _write_error_page(self, problem: Problem) -> None:
        self.set_header("Content-Type", "text/html; charset=UTF-8")
        base = public_base(self.terminals)
        say = translator(self.language)
        title, message = say(HTTPStatus(self.get_status()).phrase), say(problem.message)
        self.finish(render("error.html", base, {}, self.language, title=title, message=message))

    # --- logs ----------------------------------------------------------------------------------

    def log_exception(
        self,
        typ: type[BaseException] | None,
        value: BaseException | None,
        tb: TracebackType | None,
    ) -> None:
        """Log what went wrong; a refusal is no bug, and the request's secrets stay out."""
        if isinstance(value, TorntermError):
            logger.debug("%s: %s", self._request_summary(), _one_line(str(value)))
        elif isinstance(value, HTTPError):
            logger.debug("%s: %d", self._request_summary(), value.status_code)
        else:
            assert typ is not None and value is not None
            logger.error("%s failed", self._request_summary(), exc_info=(typ, value, tb))

    def _request_summary(self) -> str:
        remote = self.client.remote if self.client else ""
        return f"{self.request.method} {redacted_uri(self.request.uri or '')} ({remote})"

    def _log(self) -> None:
        """Log the request ourselves: a host application would log the whole address."""
        status = self.get_status()
        method = self.request.method or ""
        method = method if method in self.SUPPORTED_METHODS else "other"
        self.terminals.metrics.requests.labels(method, self.route, str(status)).inc()
        level = logging.DEBUG if self.route.partition("/")[0] in _QUIET else logging.INFO
        access_logger.log(
            logging.WARNING if status >= 500 else level,
            "%d %s user=%s %.1fms",
            status,
            self._request_summary(),
            _one_line(self.user.name[:64]) if self.user else "-",
            1000 * self.request.request_time(),
        )


def problem_of(status_code: int, error: BaseException | None) -> Problem:
    """What to say about an error.

    Args:
        status_code: The status of the answer.
        error: What was raised, or None.
    """
    if isinstance(error, LimitExceeded):
        facts = {"limit": error.limit, "current": error.current}
        if error.retry_after is not None:
            facts["retryAfter"] = error.retry_after
        return Problem(error.code, error.public, facts)
    if isinstance(error, TorntermError):
        return Problem(error.code, error.public, {})
    try:
        phrase = HTTPStatus(status_code).phrase
    except ValueError:
        phrase = "Error"
    code, message = _PROBLEMS.get(status_code, (phrase.lower().replace(" ", "_"), f"{phrase}."))
    if isinstance(error, HTTPError) and error.reason:
        message = error.reason
    return Problem(code, message, {})


def _error_in(kwargs: dict[str, Any]) -> BaseException | None:
    error = kwargs.get("exc_info", (None, None, None))[1]
    return error if isinstance(error, BaseException) else None
