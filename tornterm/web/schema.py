"""What descriptions of the HTTP API are made of."""

from __future__ import annotations

from typing import Any, NamedTuple, TypeAlias

from tornterm.types import Size

__all__ = [
    "CELLS",
    "COUNT",
    "FLAG",
    "LABEL",
    "NUMBER",
    "TEXT",
    "Operation",
    "Schema",
    "list_of",
    "object_of",
    "or_null",
    "ref",
]

Schema: TypeAlias = dict[str, Any]

TEXT: Schema = {"type": "string"}
COUNT: Schema = {"type": "integer", "minimum": 0}
NUMBER: Schema = {"type": "number"}
FLAG: Schema = {"type": "boolean"}
CELLS: Schema = {"type": "integer", "minimum": 1, "maximum": Size.MAXIMUM}
LABEL: Schema = {"type": "string", "maxLength": 256}


class Operation(NamedTuple):
    """What one verb does at one path.

    Args:
        summary: One sentence.
        status: The status of success.
        answer: The schema of the answer, by name; empty for none, or for something else than JSON.
        body: The fields that the body may have.
        public: Whether it needs no login.
    """

    summary: str
    status: int = 200
    answer: str = ""
    body: Schema | None = None
    public: bool = False


def object_of(optional: tuple[str, ...] = (), /, **properties: Schema) -> Schema:
    """An object with these fields; the names in `optional` may be missing."""
    required = [name for name in properties if name not in optional]
    return {"type": "object", "properties": properties, "required": required}


def or_null(schema: Schema) -> Schema:
    """That, or null."""
    return {"anyOf": [schema, {"type": "null"}]}


def ref(name: str) -> Schema:
    """The schema of that name."""
    return {"$ref": f"#/components/schemas/{name}"}


def list_of(schema: Schema) -> Schema:
    """An array of those."""
    return {"type": "array", "items": schema}
