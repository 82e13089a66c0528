"""The reference page for plugin authors, made from the docstrings of the contract."""

from __future__ import annotations

import dataclasses
import inspect
import re
from collections.abc import Iterator

from tornterm import errors, hookspecs, types
from tornterm.hookspecs import KINDS

__all__ = ["reference", "signature_of"]

_HEAD = """\
# Plugin reference

Made from the sources by `tornterm plugin reference`; [plugins.md](plugins.md) explains how to use
it. Hooks are in `tornterm.hookspecs`, values in `tornterm.types`, exceptions in `tornterm.errors`.
"""

_HOOKS = """\
## Hooks

An implementation is marked with `@hookimpl` and takes any subset of its hook's arguments, by name.
The *kind* of a hook says how the answers of several plugins become one result:

| kind | result | an implementation raises, takes too long, or returns something else |
|---|---|---|
| REGISTER | list | the start stops; the message names plugin and hook |
| DECIDE | the first that is not None | denied or failed, logged and audited |
| VETO | all must agree | counts as a no |
| VOTE | one yes and no no | counts as a no |
| TRANSFORM | each sees the previous value | the operation fails |
| NOTIFY | ignored | logged, counted; the others still run |
| COLLECT | list | that part is dropped, logged |
"""

_APP = """\
## The application

What `tornterm_startup`, `tornterm_shutdown` and `tornterm_register_routes` are given. Use it on the
event loop only: in coroutines and in handlers, not in plain functions.
"""

_VALUES = """\
## Values

All are immutable; `dataclasses.replace` makes a changed one.
"""

_ERRORS = """\
## Exceptions

An `AuthError` of an auth backend (which an `AuthUnavailable` and a `Forbidden` are, too), and an
`AuthError` or `SessionError` of a spawn plugin, are answers: they refuse. `why` is for the log and
the audit events, `public` for the person; neither may hold a secret. Anything else that is raised
is a failure of the plugin.
"""

_NAMES_OF_ERRORS = (
    "AuthError", "AuthUnavailable", "Forbidden", "SpawnError", "LimitExceeded", "ConfigError",
)  # fmt: skip

_WIDTH = 95
"""Characters of a line of code, without the ``: ...`` behind it."""

_SECTION = re.compile(r"(Args|Attributes|Returns|Raises|Called|Async|If it raises|Warning):(.*)")
_ITEM = re.compile(r"    (\w+): (.*)")


def reference() -> str:
    """The whole page, in Markdown."""
    parts = [_HEAD, _HOOKS]
    for hook, kind in KINDS.items():
        code = f"```python\n{signature_of(hook)}: ...\n```"
        text = _markdown(getattr(hookspecs, hook).__doc__)
        parts.append(f"### `{hook}`\n\n{kind.name}\n\n{code}\n\n{text}")
    parts.append(_APP)
    parts += _members(hookspecs.App)
    parts.append(_VALUES)
    for name in types.__all__:
        value = getattr(types, name)
        if inspect.isclass(value):
            parts.append(f"### `{name}`\n\n{_fields(value)}{_markdown(value.__doc__)}")
            parts += _members(value, name)
    parts.append(_ERRORS)
    for name in (
        "AuthError",
        "AuthUnavailable",
        "Forbidden",
        "SpawnError",
        "LimitExceeded",
        "ConfigError",
    ):
        value = getattr(errors, name)
        parts.append(f"### `{_call(value, name)}`\n\n{_markdown(value.__doc__)}")
    problem = errors.ConfigProblem
    parts.append(f"### `{_call(problem, 'ConfigProblem')}`\n\n{_markdown(problem.__doc__)}")
    return "\n\n".join(part.strip() for part in parts) + "\n"


def signature_of(hook: str) -> str:
    """A hook's exact signature, on one line if that is not too long.

    Args:
        hook: The hook's name.
    """
    line = f"def {hook}{_signature(getattr(hookspecs, hook))}"
    if len(line) <= _WIDTH:
        return line
    head, _, rest = line.partition("(")
    inside, _, end = rest.rpartition(")")
    parameters = "".join(f"    {parameter},\n" for parameter in inside.split(", "))
    return f"{head}(\n{parameters}){end}"


def _signature(function: object, *, bound: bool = False) -> str:
    signature = inspect.signature(function)  # type: ignore[arg-type]
    parameters = list(signature.parameters.values())[bound:]
    return str(signature.replace(parameters=parameters)).replace("'", "")


def _call(value: type, name: str) -> str:
    signature = inspect.signature(value.__init__)  # type: ignore[misc]
    parameters = list(signature.parameters.values())[1:]
    bare = signature.replace(parameters=parameters, return_annotation=inspect.Signature.empty)
    return name + str(bare).replace("'", "")


def _members(value: type, prefix: str = "app") -> Iterator[str]:
    """The public methods and properties of a class, each with its docstring."""
    for name, member in vars(value).items():
        inner = getattr(member, "__func__", getattr(member, "fget", None) or member)
        if name.startswith("_") or not inspect.isfunction(inner) or not inner.__doc__:
            continue
        call = "" if isinstance(member, property) else _signature(inner, bound=True)
        yield f"#### `{prefix}.{name}{call}`\n\n{_markdown(inner.__doc__)}"


def _fields(value: type) -> str:
    """The fields of a dataclass as its constructor takes them."""
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


def _markdown(docstring: str | None) -> str:
    """A docstring with its sections in bold and its arguments as a list."""
    lines: list[str] = []
    inside = ""
    for line in inspect.cleandoc(docstring or "").splitlines():
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
    text = "\n".join(lines)
    return text.replace("**Args:**\n\nNone.", "**Args:** None.").replace("``", "`")
