"""What people install: the wheel and the sdist, built from a clean copy and looked into."""

from __future__ import annotations

import ast
import json
import re
import subprocess
import sys
import tarfile
import zipfile
from collections.abc import Iterator
from configparser import ConfigParser
from email.message import Message
from email.parser import HeaderParser
from importlib.metadata import packages_distributions
from pathlib import Path
from shutil import copy2

import pytest

ROOT = Path(__file__).parent.parent


def run(*command: str, cwd: Path) -> None:
    done = subprocess.run(
        command, cwd=cwd, stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=300
    )
    assert done.returncode == 0, f"{' '.join(command)}\n{done.stdout}\n{done.stderr}"


def pip_wheel(source: Path, target: Path) -> Path:
    """Build as ``pip wheel .`` does, with the build tools that are here already."""
    options = ("--no-deps", "--no-build-isolation", "--quiet", "--wheel-dir", str(target))
    run(sys.executable, "-m", "pip", "wheel", *options, ".", cwd=source)
    (wheel,) = target.glob("*.whl")
    return wheel


@pytest.fixture(scope="module")
def clone(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The files that a fresh clone would have: none of what was built here."""
    target = tmp_path_factory.mktemp("clone")
    listing = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT,
        capture_output=True,
        check=True,
    )
    for name in listing.stdout.decode().split("\0"):
        if name and (ROOT / name).is_file():
            (target / name).parent.mkdir(parents=True, exist_ok=True)
            copy2(ROOT / name, target / name)
    assert not (target / "tornterm" / "web" / "static").exists()
    return target


@pytest.fixture(scope="module")
def sdist(clone: Path) -> Path:
    run(sys.executable, "setup.py", "--quiet", "sdist", cwd=clone)
    (archive,) = (clone / "dist").glob("*.tar.gz")
    return archive


@pytest.fixture(scope="module")
def wheel(clone: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[zipfile.ZipFile]:
    with zipfile.ZipFile(pip_wheel(clone, tmp_path_factory.mktemp("wheel"))) as archive:
        yield archive


@pytest.fixture(scope="module")
def metadata(wheel: zipfile.ZipFile) -> Message:
    (name,) = (name for name in wheel.namelist() if name.endswith(".dist-info/METADATA"))
    return HeaderParser().parsestr(wheel.read(name).decode())


def test_the_wheel_contains_the_bundle(wheel: zipfile.ZipFile) -> None:
    """Each name of the manifest leads to a file whose name carries a hash of its content."""
    static = "tornterm/web/static/"
    manifest = json.loads(wheel.read(f"{static}manifest.json"))
    assert {"page.js", "page.css", "login.js", "login.css", "favicon.svg"} <= set(manifest)
    for name, hashed in manifest.items():
        assert hashed != name
        assert wheel.read(static + hashed)


def test_the_wheel_contains_the_licences_of_what_is_bundled(wheel: zipfile.ZipFile) -> None:
    """Every bundled package is there with its own licence text, and so is our own."""
    text = wheel.read("tornterm/web/static/THIRD_PARTY.txt").decode()
    for package in ("@xterm/xterm", "@xterm/addon-fit", "@xterm/addon-webgl", "preact"):
        assert f"{package} " in text
    assert text.count("Permission is hereby granted") >= 4
    assert any(name.endswith("licenses/LICENSE") for name in wheel.namelist())


def test_the_wheel_contains_the_types_and_the_templates(wheel: zipfile.ZipFile) -> None:
    """``py.typed`` makes the annotations count for others; the handlers need their templates."""
    names = set(wheel.namelist())
    assert "tornterm/py.typed" in names
    for template in ("base", "page", "login", "error"):
        assert f"tornterm/web/templates/{template}.html" in names
    assert "tornterm/scaffold/templates/common/PACKAGE/py.typed.txt" in names
    assert "tornterm/scaffold/templates/common/DOTgitignore.txt" in names


def test_the_wheel_contains_nothing_else(wheel: zipfile.ZipFile) -> None:
    """No tests, no page sources, no node_modules: one package and its metadata."""
    tops = {name.split("/")[0] for name in wheel.namelist()}
    assert {top.split("-")[0] for top in tops} == {"tornterm"}
    assert not [name for name in wheel.namelist() if name.endswith((".ts", ".tsx", "_test.py"))]
    modules = [name for name in wheel.namelist() if name.endswith(".py")]
    assert not [name for name in modules if "/tests/" in name or "/test_" in name]


def test_the_metadata_says_what_is_needed(metadata: Message) -> None:
    """Name, licence, Python, the extras of the README's install line, and the README itself."""
    assert metadata["Name"] == "tornterm"
    assert metadata["License-Expression"] == "BSD-3-Clause"
    assert metadata["Requires-Python"] == ">=3.11"
    assert {"screen", "speed", "test"} <= set(metadata.get_all("Provides-Extra", []))
    requirements = metadata.get_all("Requires-Dist", [])
    assert any(requirement.startswith("tornado") for requirement in requirements)
    assert metadata.get_payload()


def test_the_metadata_names_what_is_imported(metadata: Message) -> None:
    """By itself, or for an extra: what comes with another package may stop coming with it."""
    named = {re.split("[^A-Za-z0-9_.-]", line)[0] for line in metadata.get_all("Requires-Dist", [])}
    required = {re.sub("[-_.]+", "-", name).lower() for name in named}
    providers = packages_distributions()
    for path in (ROOT / "tornterm").rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text())):
            modules = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
            if isinstance(node, ast.ImportFrom):
                modules = [node.module or ""]
            for top in {module.partition(".")[0] for module in modules}:
                brought = {
                    re.sub("[-_.]+", "-", name).lower() for name in providers.get(top, [top])
                }
                # `_typeshed` is for type checkers, which bring it.
                known = top in {"tornterm", "_typeshed", *sys.stdlib_module_names}
                assert known or brought & required, f"{path} imports {top}"


def test_the_wheel_installs_the_command(wheel: zipfile.ZipFile) -> None:
    """``tornterm`` is a console script, and pytest finds the fixtures for plugins."""
    (name,) = (name for name in wheel.namelist() if name.endswith("entry_points.txt"))
    points = ConfigParser(delimiters="=")
    points.read_string(wheel.read(name).decode())
    assert dict(points["console_scripts"]) == {
        "tornterm": "tornterm.cli:main",
        "tornterm-get": "tornterm.files.get:main",
    }
    assert dict(points["pytest11"]) == {"tornterm.testing.plugin": "tornterm.testing.plugin"}


def test_the_sdist_needs_no_node(sdist: Path, tmp_path: Path) -> None:
    """It carries sources and bundle; building a wheel from it installs nothing from npm."""
    with tarfile.open(sdist) as archive:
        archive.extractall(tmp_path, filter="data")
    (source,) = tmp_path.iterdir()
    for name in ("LICENSE", "Makefile", "frontend/src/main.tsx", "frontend/.npmrc"):
        assert (source / name).exists(), name
    with zipfile.ZipFile(pip_wheel(source, tmp_path / "out")) as built:
        assert "tornterm/web/static/manifest.json" in built.namelist()
    assert not (source / "frontend" / "node_modules").exists()


def test_node_is_a_build_requirement_only_where_it_is_needed(clone: Path, sdist: Path) -> None:
    """pip is asked to bring Node for a clone, and not for sources that carry the bundle."""
    ask = "from setuptools import build_meta; print(build_meta.get_requires_for_build_wheel())"

    def requirements() -> str:
        command = [sys.executable, "-c", ask]
        return subprocess.run(
            command, cwd=clone, capture_output=True, text=True, check=True
        ).stdout.splitlines()[-1]

    assert "nodejs" not in requirements(), "the sdist has just been made, so the bundle is there"
    stamp = clone / "tornterm" / "web" / "static" / "sources.sha256"
    kept = stamp.read_text()
    try:
        stamp.write_text("of other sources\n")
        assert "nodejs" in requirements()
    finally:
        stamp.write_text(kept)
