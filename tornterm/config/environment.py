"""Configuration from environment variables: ``TORNTERM_<TABLE>__<KEY>``.

A variable is text, so what it means depends on its key: lists and tables are JSON, switches are
``true`` or ``false``, and everything else stands as it would between the quotes of TOML.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any, get_origin

from pydantic import BaseModel

from tornterm.config.explain import nearest, problem
from tornterm.config.secret import Secret
from tornterm.config.shape import annotation_at, core_type, model_in
from tornterm.config.source import Location, Source, Text
from tornterm.errors import ConfigProblem

__all__ = ["converted", "value_of", "variables"]

PREFIX = "TORNTERM_"
_OWN_KEYS = frozenset({("enabled",), ("disabled",)})  # of [plugins]; the rest are tables
_SWITCHES = {
    **dict.fromkeys(("true", "yes", "on", "1"), True),
    **dict.fromkeys(("false", "no", "off", "0"), False),
}


def variables(
    environ: Mapping[str, str], model: type[BaseModel]
) -> Iterator[tuple[str, Location] | ConfigProblem]:
    """The variables that set something, each with the location of what it sets.

    Args:
        environ: The environment.
        model: The model of the whole configuration.
    """
    for name in sorted(environ):
        if not name.startswith(PREFIX):
            continue
        parts = tuple(name.removeprefix(PREFIX).lower().split("__"))
        if len(parts) == 1 and parts[0] not in model.model_fields:
            continue  # TORNTERM_TOKEN and others that are no configuration
        known = parts[0] in model.model_fields
        depth = 3 if parts[0] == "plugins" and parts[1:2] not in _OWN_KEYS else 2
        if known and all(parts) and len(parts) <= depth:
            yield name, parts
        elif known:
            why = f"write {PREFIX}{'__'.join(parts[:depth]).upper()} with JSON as its value"
            yield ConfigProblem(_said(name), parts[0], "__".join(parts[1:]), why)
        else:
            meant = nearest(parts[0], model.model_fields)
            hint = f'; did you mean "{meant}"?' if meant else ""
            yield ConfigProblem(_said(name), parts[0], "__".join(parts[1:]), f"unknown table{hint}")


def value_of(text: str, location: Location) -> Any:
    """What a variable sets its location to.

    Args:
        text: The variable's value.
        location: The location; a whole table is JSON, and what a key is, its model will say.

    Raises:
        ValueError: It is a table and the text is not JSON.
    """
    plugin = location[0] == "plugins" and location[1:] not in _OWN_KEYS
    return _json(text) if len(location) < (3 if plugin else 2) else Text(text)


def _said(name: str) -> str:
    return f"environment variable {name}"


def converted(
    data: Any, model: type[BaseModel], source: Source, prefix: Location = ()
) -> tuple[dict[str, Any], list[ConfigProblem]]:
    """A table in which every `Text` has become what its key asks for.

    Args:
        data: The table; is not changed.
        model: The table's model.
        source: Where the values came from.
        prefix: The table's location in the whole configuration.

    Returns:
        The new table, and what could not be understood; that is left out of the table.
    """
    result: dict[str, Any] = {}
    problems: list[ConfigProblem] = []
    for name, value in data.items():
        location = (*prefix, name)
        annotation = annotation_at(model, (name,))
        if isinstance(value, Text):
            try:
                result[name] = _meant(value, annotation)
            except ValueError as error:
                problems.append(problem(source.of(location), location, str(error)))
        elif isinstance(value, Mapping) and (inside := model_in(annotation)) is not None:
            result[name], more = converted(value, inside, source, location)
            problems += more
        else:
            result[name] = value
    return result, problems


def _meant(text: Text, annotation: Any) -> Any:
    core = core_type(annotation)
    structured = get_origin(core) in (tuple, list, dict, set) or model_in(core) is not None
    if structured or (core is Secret and text.lstrip().startswith("{")):
        return _json(text)
    if core is bool:
        return _SWITCHES.get(text.strip().lower(), str(text))
    if core in (int, float):
        try:
            return core(text)
        except ValueError:
            return str(text)
    return str(text)


def _json(text: str) -> Any:
    try:
        return json.loads(text)
    except ValueError as error:
        raise ValueError(f'must be JSON, like ["a", "b"] or {{"a": 1}}: {error}') from None
