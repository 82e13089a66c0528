"""Docstrings and signatures as Markdown, for the pages that are made from the sources."""

from __future__ import annotations

import ast
import dataclasses
import inspect
import re
import textwrap
from collections.abc import Callable, Iterator
from itertools import pairwise
from types import ModuleType
from typing import Any

from pydantic import BaseModel

__all__ = ["constants", "constructor", "fields", "markdown", "members", "signature"]

_SECTION = re.compile(r"(Args|Attributes|Returns|Raises|Called|Async|If it raises|Warning):(.*)")
_ITEM = re.compile(r"    (\*{0,2}[\w.]+): (.*)")


class _AsWritten:
    """Shown as the source has it, where `inspect` would put quotes around it."""

    def __init__(self, text: str) -> None:
        self._text = text.replace("'", '"')

    def __repr__(self) -> str:
        return self._text


def signature(function: Callable[..., Any], *, bound: bool = False) -> str:
    """The parameters and the result of a function, as they are written.

    Args:
        function: The function.
        bound: Whether to leave out the first parameter.
    """
    found = inspect.signature(function)
    parameters = [_shown(parameter) for parameter in found.parameters.values()][bound:]
    result = found.return_annotation
    if isinstance(result, str):
        result = _AsWritten(result)
    return str(found.replace(parameters=parameters, return_annotation=result))


def constructor(value: type, name: str) -> str:
    """How an object of a class is made.

    Args:
        value: The class.
        name: What it is called.
    """
    make: Any = vars(value).get("__init__") or value.__init__  # type: ignore[misc]
    if not inspect.isfunction(make):
        return f"{name}()"
    return name + signature(make, bound=True).removesuffix(" -> None")


def _shown(parameter: inspect.Parameter) -> inspect.Parameter:
    annotation, default = parameter.annotation, parameter.default
    if isinstance(annotation, str):
        annotation = _AsWritten(annotation)
    if isinstance(default, str):
        default = _AsWritten(repr(default))
    elif callable(default) and default is not inspect.Parameter.empty:
        default = _AsWritten("...")
    return parameter.replace(annotation=annotation, default=default)


def members(value: type, prefix: str, *, inherited: bool = False) -> Iterator[str]:
    """The public methods, properties and documented attributes of a class, each with its docstring.

    Args:
        value: The class.
        prefix: What stands before each name.
        inherited: Whether to go through the classes of ours that it inherits from.
    """
    seen: set[str] = set()
    for owner in value.__mro__ if inherited else (value,):
        if owner.__module__.partition(".")[0] != "tornterm":
            continue
        for name, member in vars(owner).items():
            inner = getattr(member, "__func__", getattr(member, "fget", None) or member)
            if name.startswith("_") or name in seen or not inspect.isfunction(inner):
                continue
            seen.add(name)
            if inner.__doc__:
                call = "" if isinstance(member, property) else signature(inner, bound=True)
                before = "await " if inspect.iscoroutinefunction(inner) else ""
                yield f"#### `{before}{prefix}.{name}{call}`\n\n{markdown(inner.__doc__)}"
        for name, text in _attributes(owner):
            if not name.startswith("_") and name not in seen:
                seen.add(name)
                yield f"#### `{prefix}.{name}`\n\n{markdown(text)}"


def fields(value: type) -> str:
    """The fields of a dataclass as its constructor takes them, or the keys of a table's model.

    Args:
        value: The class; any other has none.
    """
    if issubclass(value, BaseModel) and value.model_fields:
        rows = [
            f"| `{name}` | `{field.get_default()}` | {field.description} |\n"
            for name, field in value.model_fields.items()
            if not field.is_required()
        ]
        needed = [
            f"| `{name}` | | {field.description} |\n"
            for name, field in value.model_fields.items()
            if field.is_required()
        ]
        return f"| key | default | |\n|---|---|---|\n{''.join(needed + rows)}\n"
    if not dataclasses.is_dataclass(value):
        return ""
    lines = []
    for field in dataclasses.fields(value):
        optional = field.default_factory is not dataclasses.MISSING
        default = " = {}" if optional else ""
        if field.default is not dataclasses.MISSING:
            default = f" = {field.default!r}"
        lines.append(f"{field.name}: {field.type}{default}\n".replace("'", '"'))
    return f"```python\n{''.join(lines)}```\n\n"


def constants(module: ModuleType) -> dict[str, str]:
    """The docstrings that stand below the assignments of a module, or of those of a package.

    Args:
        module: The module or package.
    """
    found = dict(_documented(ast.parse(inspect.getsource(module)).body))
    for part in vars(module).values():
        if inspect.ismodule(part) and part.__name__.startswith(f"{module.__name__}."):
            found.update(constants(part))
    return found


def _attributes(owner: type) -> Iterator[tuple[str, str]]:
    """The attributes of a class that have a docstring below their assignment."""
    (tree,) = ast.parse(textwrap.dedent(inspect.getsource(owner))).body
    assert isinstance(tree, ast.ClassDef)
    yield from _documented(tree.body)
    for node in tree.body:
        if isinstance(node, ast.FunctionDef) and node.name == "__init__":
            yield from _documented(node.body)


def _documented(body: list[ast.stmt]) -> Iterator[tuple[str, str]]:
    """Assignments with a text below them, with that text."""
    for node, below in pairwise(body):
        target: Any = None
        if isinstance(node, ast.Assign):
            target = node.targets[0]
        elif isinstance(node, ast.AnnAssign):
            target = node.target
        name = getattr(target, "id", None) or getattr(target, "attr", None)
        text = getattr(getattr(below, "value", None), "value", None)
        if name and isinstance(below, ast.Expr) and isinstance(text, str):
            yield name, text


def markdown(docstring: str | None) -> str:
    """A docstring with its sections in bold, its arguments as a list, and its examples as code.

    Args:
        docstring: The docstring.
    """
    lines: list[str] = []
    inside, code = "", False
    for line in inspect.cleandoc(docstring or "").splitlines():
        if line == "::" or (code and (line.startswith("    ") or not line)):
            if not code:
                lines.append("```python")
            elif line or lines[-1] != "```python":
                lines.append(line[4:])
            code = True
            continue
        if code:
            _close(lines)
            code = False
        if section := _SECTION.fullmatch(line):
            inside = section[1]
            lines.append(f"**{inside}:**{section[2]}")
            if inside in ("Args", "Attributes", "Raises"):
                lines.append("")
        elif inside and (item := _ITEM.fullmatch(line)):
            lines.append(f"- `{item[1]}`: {item[2]}")
        elif inside in ("Args", "Attributes", "Raises") and line.startswith("        "):
            lines.append("  " + line.strip())
        else:
            lines.append(line.strip())
    if code:
        _close(lines)
    text = "\n".join(lines)
    text = text.replace("**Args:**\n\nNone.", "**Args:** None.")
    return re.sub(r"(?<!`)``(?!`)", "`", text)


def _close(lines: list[str]) -> None:
    """End a block of code, without the empty lines at its end."""
    while not lines[-1]:
        lines.pop()
    lines += ["```", ""]
