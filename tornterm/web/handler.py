"""Our own handlers' common part: bodies that are checked, and answers in JSON."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from tornado.web import HTTPError

from tornterm.core.protocols.fields import Check, load_object
from tornterm.errors import ProtocolError
from tornterm.web.base import Access

__all__ = ["MAX_BODY", "Handler"]

MAX_BODY = 64 * 1024
"""Bytes that a request's body may have."""


class Handler(Access):
    """A handler of our own; those of plugins inherit from `Access` alone."""

    async def prepare(self) -> None:
        """Refuse what may not pass or is too large."""
        await super().prepare()
        if not self._finished and len(self.request.body) > MAX_BODY:
            raise HTTPError(413)

    @property
    def content_type(self) -> str:
        """The type of the body, without parameters, in lower case."""
        return self.request.headers.get("Content-Type", "").partition(";")[0].strip().lower()

    def json_body(self) -> dict[str, Any]:
        """The request's body, a JSON object; an empty body is an empty object.

        Raises:
            HTTPError: 415, it is not said to be JSON. A form of another site could not say so.
            ProtocolError: It is no JSON object.
        """
        if not self.request.body:
            return {}
        if self.content_type != "application/json":
            raise HTTPError(415)
        try:
            text = self.request.body.decode("utf-8")
        except UnicodeDecodeError:
            raise ProtocolError("the body must be UTF-8") from None
        return load_object(text, MAX_BODY, "the body")

    def fields(self, **checks: Check) -> dict[str, Any]:
        """Those fields of the JSON body that are there, each checked.

        Args:
            **checks: The fields that there are, with their checks.

        Raises:
            HTTPError: As `json_body`.
            ProtocolError: As `json_body`; or a field is wrong or not known.
        """
        body = self.json_body()
        for name in body:
            if name not in checks:
                known = ", ".join(checks) or "none"
                raise ProtocolError(f"the body has a field that is not known; there are: {known}")
        return {name: checks[name](name, value) for name, value in body.items()}

    def answer(self, value: Mapping[str, Any], status: int = 200) -> None:
        """Answer with a JSON object."""
        self.set_status(status)
        self.finish(dict(value))
