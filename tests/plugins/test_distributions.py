"""The distributions in plugins/: each is complete, typed, documented, and stands on its own."""

from __future__ import annotations

import ast
import importlib
import re
import subprocess
import sys
import zipfile
from collections.abc import Iterator
from configparser import ConfigParser
from importlib.metadata import packages_distributions
from pathlib import Path
from shutil import copytree, ignore_patterns

import pytest

from tornterm.plugins import PluginHost
from tornterm.plugins.tables import model_of

FOLDERS = sorted(
    path.parent for path in (Path(__file__).parents[2] / "plugins").glob("*/setup.cfg")
)
MAY = {
    "tornterm",
    "tornterm.config.fields",
    "tornterm.errors",
    "tornterm.hookspecs",
    "tornterm.redirects",
    "tornterm.spawning",
    "tornterm.spool",
    "tornterm.types",
}
"""What a plugin may import of tornterm: what the guide promises to keep."""

PROVIDERS = packages_distributions()

each = pytest.mark.parametrize("folder", FOLDERS, ids=lambda folder: folder.name)


def metadata(folder: Path) -> ConfigParser:
    config = ConfigParser(delimiters="=")
    config.read(folder / "setup.cfg")
    return config


def entry_point(folder: Path) -> tuple[str, str]:
    """The plugin's name and its target."""
    (line,) = metadata(folder)["options.entry_points"]["tornterm"].strip().splitlines()
    name, _, target = (part.strip() for part in line.partition("="))
    return name, target


def required(config: ConfigParser, section: str, key: str) -> set[str]:
    """The requirements of a list in ``setup.cfg``."""
    lines = (line.strip() for line in config[section][key].splitlines())
    return {line for line in lines if line and not line.startswith("#")}


@each
def test_what_it_needs_is_there_for_the_tests(folder: Path) -> None:
    """Nobody has to install the distributions themselves."""
    needed = required(metadata(folder), "options", "install_requires") - {"tornterm>=0.1"}
    ours = metadata(folder.parents[1])
    own = {name(line): line for line in required(ours, "options", "install_requires")}
    tests = required(ours, "options.extras_require", "test")
    assert {line for line in needed if name(line) not in own} <= tests


def name(requirement: str) -> str:
    """The distribution that a requirement names."""
    return re.split(r"[\[<>=~! ]", requirement)[0]


def plugin_of(folder: Path) -> type:
    module, _, attribute = entry_point(folder)[1].partition(":")
    plugin = getattr(importlib.import_module(module), attribute)
    assert isinstance(plugin, type)
    return plugin


def test_there_are_some() -> None:
    """A folder that is lost would be tested no more."""
    assert [folder.name for folder in FOLDERS] == [
        "tornterm-audit-sql",
        "tornterm-audit-syslog",
        "tornterm-audit-webhook",
        "tornterm-auth-jupyterhub",
        "tornterm-auth-ldap",
        "tornterm-auth-oidc",
        "tornterm-auth-pam",
        "tornterm-auth-proxy",
        "tornterm-record-asciicast",
        "tornterm-spawn-container",
        "tornterm-spawn-sandbox",
        "tornterm-spawn-ssh",
    ]


@each
def test_its_names_agree(folder: Path) -> None:
    """The plugin's own name is that of its entry point, as its table is named."""
    assert getattr(plugin_of(folder), "name", None) == entry_point(folder)[0]
    assert metadata(folder)["metadata"]["name"] == folder.name


@each
def test_every_setting_is_in_its_readme(folder: Path) -> None:
    """With its threats, so that an operator knows what they let in."""
    text = (folder / "README.md").read_text()
    model = model_of(*entry_point(folder)[:1], plugin_of(folder))
    assert model is not None
    for key in model.model_fields:
        assert f"`{key}`" in text, key
    assert "\n## Threats\n" in text


def imports(folder: Path) -> Iterator[tuple[Path, str]]:
    """Every module that is imported anywhere, and where."""
    for path in folder.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Import):
                yield from ((path, alias.name) for alias in node.names)
            elif isinstance(node, ast.ImportFrom):
                yield path, node.module or ""


@each
def test_it_imports_what_an_outsider_may(folder: Path) -> None:
    """And its tests use nothing of ours but `tornterm.testing`, besides that."""
    for path, module in imports(folder):
        if module == "tornterm" or module.startswith("tornterm."):
            ours = "tests" in path.parts and module.startswith("tornterm.testing")
            assert module in MAY or ours, f"{path.name} imports {module}"


def normal(name: str) -> str:
    """The name of a package in the form in which names are compared."""
    return re.sub("[-_.]+", "-", name).lower()


@each
def test_it_requires_what_it_imports(folder: Path) -> None:
    """By itself: what comes with another package may stop coming with it."""
    wanted = metadata(folder)
    always = wanted["options"]["install_requires"].split("\n")
    for_tests = wanted["options.extras_require"]["test"].split("\n")
    beside = {path.stem for path in (folder / "tests").iterdir()}
    beside |= {re.split("[.:]", entry_point(folder)[1])[0], *sys.stdlib_module_names}
    for path, module in imports(folder):
        lines = always + for_tests if "tests" in path.parts else always
        required = {normal(re.split("[^A-Za-z0-9._-]", line)[0]) for line in lines}
        top = module.partition(".")[0]
        from_there = {normal(name) for name in PROVIDERS.get(top, [top])}
        assert top in beside or from_there & required, f"{path.name} imports {module}"


@each
@pytest.mark.slow
def test_its_wheel_is_complete(folder: Path, tmp_path: Path) -> None:
    """Code, types and entry point, and no tests."""
    source = tmp_path / "source"
    copytree(folder, source, ignore=ignore_patterns("*.egg-info", "build", "__pycache__"))
    options = ("--no-deps", "--no-build-isolation", "--quiet", "--wheel-dir", str(tmp_path))
    command = (sys.executable, "-m", "pip", "wheel", *options, ".")
    done = subprocess.run(command, cwd=source, capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stderr
    (wheel,) = tmp_path.glob("*.whl")
    with zipfile.ZipFile(wheel) as archive:
        names = archive.namelist()
    package = entry_point(folder)[1].partition(":")[0]
    assert f"{package}/py.typed" in names
    assert {name.split("/")[0].split("-")[0] for name in names} == {package}
    assert any(name.endswith("entry_points.txt") for name in names)


@each
def test_it_can_be_handed_over(folder: Path) -> None:
    """It says what its table lacks, as every plugin does."""
    model = model_of(entry_point(folder)[0], plugin_of(folder))
    assert model is not None
    if any(field.is_required() for field in model.model_fields.values()):
        with pytest.raises(Exception, match="is missing"):
            PluginHost([], {}, [plugin_of(folder)])
    else:
        PluginHost([], {}, [plugin_of(folder)])
