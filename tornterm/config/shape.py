"""What the models say about a place in the configuration."""

from __future__ import annotations

import types
from collections.abc import Iterator
from typing import Annotated, Any, Union, get_args, get_origin

from pydantic import BaseModel

from tornterm.config.source import Location

__all__ = ["annotation_at", "core_type", "model_in", "named_model", "tables"]


def core_type(annotation: Any) -> Any:
    """An annotation without what is only metadata, and without ``| None``."""
    while get_origin(annotation) is Annotated:
        annotation = get_args(annotation)[0]
    if get_origin(annotation) in (Union, types.UnionType):
        others = [part for part in get_args(annotation) if part is not type(None)]
        if len(others) == 1:
            return core_type(others[0])
    return annotation


def model_in(annotation: Any) -> type[BaseModel] | None:
    """The model of a table, or of the tables in a list, or None where it is something else."""
    core = core_type(annotation)
    if get_origin(core) in (tuple, list):
        core = core_type(get_args(core)[0])
    return core if isinstance(core, type) and issubclass(core, BaseModel) else None


def named_model(annotation: Any) -> type[BaseModel] | None:
    """The model of tables whose names the person chooses, or None where it is something else."""
    core = core_type(annotation)
    return model_in(get_args(core)[1]) if get_origin(core) is dict else None


def annotation_at(model: type[BaseModel], location: Location) -> Any:
    """The annotation of a key, or None where the models do not know it.

    Args:
        model: The model of the whole.
        location: Names of tables and keys; positions in lists are left out.
    """
    annotation: Any = model
    for name in location:
        if (named := named_model(annotation)) is not None:
            annotation = named
            continue
        inside = model_in(annotation)
        if inside is None or name not in inside.model_fields:
            return None
        annotation = inside.model_fields[str(name)].rebuild_annotation()
    return annotation


def tables(model: type[BaseModel], prefix: str = "") -> Iterator[tuple[str, type[BaseModel]]]:
    """Every table of a model with its dotted name, itself first where it has one.

    Args:
        model: The model to look through.
        prefix: Its own name; empty for the whole configuration.
    """
    if prefix:
        yield prefix, model
    for name, field in model.model_fields.items():
        inside = model_in(field.annotation)
        if inside is not None:
            yield from tables(inside, f"{prefix}.{name}" if prefix else name)
