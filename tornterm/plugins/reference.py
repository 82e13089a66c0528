"""The reference page for plugin authors, made from the docstrings of the contract."""

from __future__ import annotations

import dataclasses
import inspect
from collections.abc import Iterable, Iterator
from types import ModuleType

from pydantic import BaseModel

from tornterm import errors, hookspecs, redirects, spawning, spool, types
from tornterm.config import fields as config_fields
from tornterm.hookspecs import KINDS
from tornterm.plugins.describing import (
    constants,
    constructor,
    fields,
    markdown,
    members,
    signature,
)

__all__ = ["described", "joined", "public_names", "reference", "signature_of"]

_HEAD = """\
# Plugin reference

Made from the sources by `tornterm plugin reference`; [plugins.md](plugins.md) explains how to use
it. Hooks are in `tornterm.hookspecs`, values in `tornterm.types`, exceptions in `tornterm.errors`,
settings in `tornterm.config.fields`, what logins at other sites share in `tornterm.redirects`, what
spawn plugins share in `tornterm.spawning`, and what sinks over a network share in `tornterm.spool`.
What tests are made of, `tornterm.testing`, has [a page of its own](testing-reference.md).
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

_SETTINGS = """\
## Settings

What the models of tables are made of; in `tornterm.config.fields`.
"""

_REDIRECTS = """\
## Logins at other sites

In `tornterm.redirects`.
"""

_SPAWNING = """\
## Names and accounts

In `tornterm.spawning`.
"""

_SPOOL = """\
## Sinks over a network

In `tornterm.spool`.
"""

_NAMES_OF_ERRORS = (
    "AuthError", "AuthUnavailable", "Forbidden", "SpawnError", "LimitExceeded", "ConfigError",
)  # fmt: skip

_WIDTH = 95
"""Characters of a line of code, without the ``: ...`` behind it."""


def reference() -> str:
    """The whole page, in Markdown."""
    parts = [_HEAD, _HOOKS]
    for hook, kind in KINDS.items():
        code = f"```python\n{signature_of(hook)}: ...\n```"
        text = markdown(getattr(hookspecs, hook).__doc__)
        parts.append(f"### `{hook}`\n\n{kind.name}\n\n{code}\n\n{text}")
    parts.append(_APP)
    parts += members(hookspecs.App, "app")
    parts.append(_VALUES)
    for name in types.__all__:
        value = getattr(types, name)
        if inspect.isclass(value):
            parts.append(f"### `{name}`\n\n{fields(value)}{markdown(value.__doc__)}")
            parts += members(value, name)
    parts.append(_ERRORS)
    for name in _NAMES_OF_ERRORS:
        value = getattr(errors, name)
        parts.append(f"### `{constructor(value, name)}`\n\n{markdown(value.__doc__)}")
    problem = errors.ConfigProblem
    parts.append(f"### `{constructor(problem, 'ConfigProblem')}`\n\n{markdown(problem.__doc__)}")
    parts += [_SETTINGS, *public_names(config_fields)]
    parts += [_REDIRECTS, *public_names(redirects)]
    parts += [_SPAWNING, *public_names(spawning)]
    parts += [_SPOOL, *public_names(spool)]
    return joined(parts)


def joined(parts: Iterable[str]) -> str:
    """A page of its parts."""
    return "\n\n".join(part.strip() for part in parts) + "\n"


def public_names(module: ModuleType) -> Iterator[str]:
    """Everything that a module offers, each with its docstring.

    Args:
        module: The module, with ``__all__``.
    """
    known = constants(module)
    for name in module.__all__:
        value = getattr(module, name)
        if inspect.isclass(value):
            yield from described(value)
        elif inspect.isfunction(value):
            yield f"### `{name}{signature(value)}`\n\n{markdown(value.__doc__)}"
        else:
            yield f"### `{name}`\n\n{markdown(known.get(name))}"


def described(value: type, *, inherited: bool = False) -> Iterator[str]:
    """A class, how it is made, and what it has.

    Args:
        value: The class.
        inherited: Whether to include what it has from other classes of ours.
    """
    name = value.__name__
    plain = dataclasses.is_dataclass(value) or issubclass(value, BaseModel | tuple)
    made = name if plain else constructor(value, name)
    yield f"### `{made}`\n\n{fields(value)}{markdown(value.__doc__)}"
    yield from members(value, name, inherited=inherited)


def signature_of(hook: str) -> str:
    """A hook's exact signature, on one line if that is not too long.

    Args:
        hook: The hook's name.
    """
    line = f"def {hook}{signature(getattr(hookspecs, hook))}"
    if len(line) <= _WIDTH:
        return line
    head, _, rest = line.partition("(")
    inside, _, end = rest.rpartition(")")
    parameters = "".join(f"    {parameter},\n" for parameter in inside.split(", "))
    return f"{head}(\n{parameters}){end}"
