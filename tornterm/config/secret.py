"""A secret in the configuration: where it may come from, and that it never shows itself."""

from __future__ import annotations

import hashlib
import hmac
import os
import re
from collections.abc import Mapping
from pathlib import Path

from pydantic import GetCoreSchemaHandler, GetJsonSchemaHandler, ValidationInfo
from pydantic.json_schema import JsonSchemaValue
from pydantic_core import CoreSchema, PydanticCustomError, core_schema

from tornterm.config.paths import directory_of, resolved

__all__ = ["Secret"]

_FORMS = (
    'must be a text, or { file = "..." }, { env = "..." } or { sha256 = "..." } with exactly one'
)


class Secret:
    """A password, token or key that does not show itself.

    Written as a text, or as ``{ file = "..." }``, ``{ env = "..." }`` or, where only comparing is
    needed, ``{ sha256 = "..." }``. A file or variable is read when the configuration is.

    Args:
        value: The secret itself, or None where only its hash is known.
        sha256: The SHA-256 digest, 32 bytes, where `value` is None.
    """

    __slots__ = ("_digest", "_value")

    def __init__(self, value: str | None = None, *, sha256: bytes | None = None) -> None:
        if (value is None) == (sha256 is None):
            raise TypeError("a Secret has either a value or a sha256")
        self._value = value
        self._digest = sha256 or hashlib.sha256((value or "").encode()).digest()

    @property
    def digest(self) -> bytes:
        """The SHA-256 digest of the secret, 32 bytes."""
        return self._digest

    @property
    def known(self) -> bool:
        """Whether `reveal` can answer, which it cannot where only a hash was given."""
        return self._value is not None

    def reveal(self) -> str:
        """The secret itself.

        Raises:
            ValueError: Only its hash is known.
        """
        if self._value is None:
            raise ValueError("only the hash of this secret is known")
        return self._value

    def matches(self, candidate: str) -> bool:
        """Whether `candidate` is the secret, compared in constant time."""
        digest = hashlib.sha256(candidate.encode(errors="surrogatepass")).digest()
        return hmac.compare_digest(self._digest, digest)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Secret) and hmac.compare_digest(self._digest, other._digest)

    def __hash__(self) -> int:
        return hash(self._digest)

    def __repr__(self) -> str:
        return "Secret('***')"

    __str__ = __repr__

    @classmethod
    def parse(cls, value: object, directory: Path | None = None) -> Secret:
        """Understand a secret as written in a configuration.

        Args:
            value: A text, or a table with exactly one of ``file``, ``env`` and ``sha256``.
            directory: What a relative ``file`` is relative to.

        Raises:
            ValueError: It is none of these or cannot be read; the message never shows the value.
        """
        if isinstance(value, Secret):
            return value
        if isinstance(value, str):
            return cls._filled(value, "it")
        if not isinstance(value, Mapping) or len(value) != 1:
            raise ValueError(_FORMS)
        ((kind, text),) = value.items()
        if kind not in ("file", "env", "sha256") or not isinstance(text, str) or not text:
            raise ValueError(_FORMS)
        if kind == "sha256":
            return cls._from_hash(text)
        if kind == "env":
            if text not in os.environ:
                raise ValueError(f"the environment variable {text} is not set")
            return cls._filled(os.environ[text], f"the environment variable {text}")
        return cls._from_file(resolved(text, directory))

    @classmethod
    def _filled(cls, value: str, what: str) -> Secret:
        if not value:
            raise ValueError(f"{what} is empty; a secret must not be")
        return cls(value)

    @classmethod
    def _from_hash(cls, text: str) -> Secret:
        if not re.fullmatch(r"[0-9a-fA-F]{64}", text):
            raise ValueError("sha256 must be the 64 hexadecimal digits of a SHA-256 hash")
        return cls(sha256=bytes.fromhex(text))

    @classmethod
    def _from_file(cls, path: Path) -> Secret:
        try:
            text = path.read_text(encoding="utf-8")
        except OSError as error:
            raise ValueError(f"cannot read {path}: {error.strerror}") from None
        except UnicodeDecodeError:
            raise ValueError(f"{path} is not UTF-8 text") from None
        # Editors and `echo` end a file with a newline that is not part of the secret.
        return cls._filled(text.rstrip("\r\n"), f"the file {path}")

    @classmethod
    def __get_pydantic_core_schema__(
        cls, source: object, handler: GetCoreSchemaHandler
    ) -> CoreSchema:
        def validate(value: object, info: ValidationInfo) -> Secret:
            try:
                return cls.parse(value, directory_of(info))
            except ValueError as error:
                raise PydanticCustomError("config", "{why}", {"why": str(error)}) from None

        return core_schema.with_info_plain_validator_function(
            validate, serialization=core_schema.to_string_ser_schema()
        )

    @classmethod
    def __get_pydantic_json_schema__(
        cls, schema: CoreSchema, handler: GetJsonSchemaHandler
    ) -> JsonSchemaValue:
        form = {"type": "object", "additionalProperties": False, "minProperties": 1}
        return {
            "anyOf": [
                {"type": "string", "minLength": 1},
                *(
                    {**form, "properties": {kind: {"type": "string"}}}
                    for kind in ("file", "env", "sha256")
                ),
            ],
            "writeOnly": True,
            "x-kind": "secret",
        }
