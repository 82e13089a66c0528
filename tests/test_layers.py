"""The architecture, enforced: imports go downwards only, and the core does no I/O."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

PACKAGE = Path(__file__).parent.parent / "tornterm"

# From the bottom to the top: a part may import itself and what stands before it.
LAYERS = (
    "errors",
    "types",
    "core",
    "hookspecs",
    "spawning",
    "redirects",
    "config",
    "spool",
    "plugins",
    "audit",
    "screens",
    "pty",
    "sessions",
    "files",
    "builtin",
    "web",
    "hosted",
    "terminals",
    "jupyter",
    "control",
    "server",
    "attach",
    "scaffold",
    "cli",
    "__main__",
    "testing",
)
CONTRACT = ("tornterm.errors", "tornterm.types", "tornterm.hookspecs")
CORE_MAY_NOT = {"asyncio", "tornado", "terminado", "ptyprocess", "time", "os", "socket", "select"}
BUILTIN_MAY = {
    "tornterm.types",
    "tornterm.errors",
    "tornterm.hookspecs",
    "tornterm.spawning",
    "tornterm.config.fields",
}


def modules() -> list[Path]:
    return sorted(PACKAGE.rglob("*.py"))


def name_of(path: Path) -> str:
    parts = path.relative_to(PACKAGE.parent).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def imports(path: Path) -> Iterator[str]:
    """Every module that `path` imports, wherever in the file it does so."""
    yield from imports_of(ast.parse(path.read_text()), path)


def imports_of(tree: ast.Module, path: Path) -> Iterator[str]:
    """Every module that is imported in `tree`, the text of `path`."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}: relative imports hide the layer"
            module = node.module or ""
            yield module
            yield from (
                f"{module}.{alias.name}"
                for alias in node.names
                if (PACKAGE.parent / Path(*module.split("."), f"{alias.name}.py")).exists()
            )


def loaded(path: Path) -> Iterator[str]:
    """What `imports` says, but for imports that only the type checker sees."""
    tree = ast.parse(path.read_text())
    for node in ast.walk(tree):
        if isinstance(node, ast.If) and ast.unparse(node.test) == "TYPE_CHECKING":
            node.body = [ast.Pass()]
    yield from imports_of(tree, path)


def layer_of(module: str) -> str:
    parts = module.split(".")
    return parts[1] if len(parts) > 1 else ""


@pytest.mark.parametrize("path", modules(), ids=name_of)
def test_imports_go_downwards(path: Path) -> None:
    """A module imports only from its own layer and from those below."""
    layer = layer_of(name_of(path))
    if not layer:
        return
    assert layer in LAYERS, f"{layer} has no place among the layers"
    allowed = LAYERS[: LAYERS.index(layer) + 1]
    for module in imports(path):
        if module.startswith("tornterm.") and layer_of(module):
            assert layer_of(module) in allowed, f"{name_of(path)} imports {module}"


@pytest.mark.parametrize("path", sorted((PACKAGE / "core").rglob("*.py")), ids=name_of)
def test_the_core_does_no_io(path: Path) -> None:
    """Nothing in core/ touches an event loop, a descriptor or a clock."""
    roots = {module.split(".")[0] for module in imports(path)}
    assert not roots & CORE_MAY_NOT


@pytest.mark.parametrize("path", sorted((PACKAGE / "builtin").rglob("*.py")), ids=name_of)
def test_builtins_import_what_outsiders_may(path: Path) -> None:
    """A built-in plugin uses nothing of tornterm that a third party may not use."""
    ours = {module for module in imports(path) if module.startswith("tornterm.")}
    inside = {module for module in ours if module.startswith("tornterm.builtin")}
    assert ours - inside <= BUILTIN_MAY


@pytest.mark.parametrize("path", modules(), ids=name_of)
def test_the_contract_is_imported_by_its_public_names(path: Path) -> None:
    """How a part of the contract is laid out in files concerns that part alone."""
    for module in imports(path):
        for part in CONTRACT:
            if module.startswith(f"{part}."):
                assert name_of(path).startswith(part), f"{name_of(path)} imports {module}"


def test_only_the_host_knows_pluggy() -> None:
    """pluggy is imported by hookspecs and plugins alone."""
    users = {name_of(path) for path in modules() if "pluggy" in set(imports(path))}
    assert {layer_of(user) for user in users} <= {"hookspecs", "plugins"}


def test_there_are_no_cycles() -> None:
    """No module reaches itself when it is loaded; names for annotations alone do not count."""
    names = {name_of(path) for path in modules()}
    graph = {name_of(path): {m for m in loaded(path) if m in names} for path in modules()}
    done: set[str] = set()

    def visit(module: str, trail: tuple[str, ...]) -> None:
        assert module not in trail, " -> ".join((*trail, module))
        if module in done:
            return
        for target in graph[module] - {module}:
            visit(target, (*trail, module))
        done.add(module)

    for module in graph:
        visit(module, ())
