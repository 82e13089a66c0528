"""What pydantic found, said in plain words, with the table and the key.

A message never repeats a value whose key may hold a secret: it names the kind of value that was
found. Only a choice from a fixed list is repeated.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Mapping
from typing import Any

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from tornterm.config.shape import annotation_at, core_type, model_in, tables
from tornterm.config.source import Location, Source
from tornterm.config.units import shown
from tornterm.errors import ConfigProblem

__all__ = ["nearest", "problem", "problems_of"]

_KINDS = {
    "bool_parsing": "true or false",
    "bool_type": "true or false",
    "float_parsing": "a number",
    "float_type": "a number",
    "int_from_float": "a whole number",
    "int_parsing": "a whole number",
    "int_type": "a whole number",
    "string_type": "a text in quotes",
}
_BOUNDS = {
    "greater_than": ("more than", "gt"),
    "greater_than_equal": ("at least", "ge"),
    "less_than": ("less than", "lt"),
    "less_than_equal": ("at most", "le"),
}


def nearest(name: str, names: Iterable[str]) -> str | None:
    """The one of `names` that was probably meant, or None."""
    candidates = {known.lower(): known for known in names}
    found = difflib.get_close_matches(name.lower(), candidates, n=1, cutoff=0.6)
    return candidates[found[0]] if found else None


def problem(source: str, location: Location, why: str, *, is_table: bool = False) -> ConfigProblem:
    """Make a problem out of a location.

    Args:
        source: Where the value was set.
        location: Tables, key, and positions in lists.
        why: What is wrong.
        is_table: Whether the location is a table and not a key in one.
    """
    names = [part for part in location if isinstance(part, str)]
    entries = [f"entry {part + 1}: " for part in location if isinstance(part, int)]
    key = "" if is_table or not names else names.pop()
    return ConfigProblem(source, ".".join(names), key, "".join(entries) + why)


def problems_of(
    error: ValidationError,
    model: type[BaseModel],
    data: Mapping[str, Any],
    source: Source,
    prefix: Location = (),
) -> list[ConfigProblem]:
    """Everything that a validation complained about.

    Args:
        error: The complaint.
        model: The model that was validated.
        data: What was validated.
        source: Where the values came from.
        prefix: The location of the model in the whole configuration.
    """
    whys: dict[tuple[Location, bool], list[str]] = {}
    for details in error.errors(include_url=False):
        inner = _existing(details, data)
        is_table = _is_table(details, model, inner)
        why = _why(details, model, inner, prefix)
        reasons = whys.setdefault((prefix + inner, is_table), [])
        if why not in reasons:
            reasons.append(why)
    return [
        problem(source.of(location), location, ", or ".join(reasons), is_table=is_table)
        for (location, is_table), reasons in whys.items()
    ]


def _existing(details: ErrorDetails, data: Any) -> Location:
    """The location as far as the data has it: pydantic adds the branch of a union it tried."""
    location: list[str | int] = []
    for part in details["loc"]:
        if isinstance(data, Mapping) and isinstance(part, str):
            location.append(part)
            if part not in data:
                break
            data = data[part]
        elif isinstance(data, list | tuple) and isinstance(part, int) and part < len(data):
            location.append(part)
            data = data[part]
        else:
            break
    return tuple(location)


def _names(location: Location) -> Location:
    return tuple(part for part in location if isinstance(part, str))


def _is_table(details: ErrorDetails, model: type[BaseModel], location: Location) -> bool:
    kind = details["type"]
    if kind == "extra_forbidden":
        return isinstance(details["input"], Mapping) and len(location) == 1
    return model_in(annotation_at(model, _names(location))) is not None and isinstance(
        details["input"], Mapping | BaseModel
    )


def _why(
    details: ErrorDetails, model: type[BaseModel], location: Location, prefix: Location
) -> str:
    kind, context = details["type"], details.get("ctx", {})
    if kind == "extra_forbidden":
        return _unknown(model, location, prefix, details["input"])
    if kind == "missing":
        return "is missing"
    if kind in _KINDS:
        # A number or a switch is no secret; a text may be one that was meant for another key.
        found = _kind(details["input"]) if kind == "string_type" else shown(details["input"])
        return f"must be {_KINDS[kind]}, not {found}"
    if kind in _BOUNDS:
        words, bound = _BOUNDS[kind]
        return f"must be {words} {context[bound]}"
    if kind == "literal_error":
        return f"must be {context['expected']}, not {shown(details['input'])}".replace("'", '"')
    if kind in ("value_error", "assertion_error"):
        return str(context["error"])
    return _of_structure(details, model, location, prefix) or _lowered(details["msg"])


def _of_structure(
    details: ErrorDetails, model: type[BaseModel], location: Location, prefix: Location
) -> str | None:
    """The complaint where a table, a list or a text of some length was expected."""
    kind, context = details["type"], details.get("ctx", {})
    name = ".".join(str(part) for part in _names(prefix + location))
    if kind in ("tuple_type", "list_type", "set_type"):
        if model_in(annotation_at(model, _names(location))) is not None:
            return f"must be a list of tables, written [[{name}]]"
        return f'must be a list, like ["a", "b"], not {_kind(details["input"])}'
    if kind in ("model_type", "model_attributes_type", "dict_type", "mapping_type"):
        return f"must be a table, written [{name}], not {_kind(details['input'])}"
    if kind == "string_too_short" and context.get("min_length") == 1:
        return "must not be empty"
    if kind == "string_too_long":
        return f"must have at most {context['max_length']} characters"
    return None


def _unknown(model: type[BaseModel], location: Location, prefix: Location, value: object) -> str:
    """What to say about a key or a table that does not exist."""
    name = str(location[-1])
    inside = core_type(annotation_at(model, _names(location[:-1])))
    known = model_in(inside) or model
    meant = nearest(name, known.model_fields)
    if not (prefix or location[:-1]) and isinstance(value, Mapping):
        hint = f"did you mean [{meant}]?" if meant else f"there are {_list(known.model_fields)}"
        return f"unknown table; {hint}"
    if elsewhere := [table for table, other in tables(model) if name in other.model_fields]:
        return f"unknown key; it belongs in [{elsewhere[0]}]"
    hint = f'did you mean "{meant}"?' if meant else f"there are {_list(known.model_fields)}"
    return f"unknown key; {hint}"


def _list(names: Iterable[str]) -> str:
    return ", ".join(names)


def _kind(value: object) -> str:
    """What a value is, in the words of a person who writes TOML."""
    kinds: tuple[tuple[type | tuple[type, ...], str], ...] = (
        (bool, "true or false"),
        (int, "a whole number"),
        (float, "a fraction"),
        (str, "a text"),
        (Mapping, "a table"),
        ((list, tuple), "a list"),
    )
    return next((word for kind, word in kinds if isinstance(value, kind)), "a date or time")


def _lowered(message: str) -> str:
    return message[:1].lower() + message[1:]
