"""`tornterm plugin new`: what it writes is complete, typed, and passes its own tests."""

from __future__ import annotations

import os
import subprocess
import sys
import sysconfig
import venv
from configparser import ConfigParser
from pathlib import Path

import pytest

from tornterm import scaffold
from tornterm.cli import main

ROOT = Path(__file__).parent.parent


@pytest.fixture
def empty(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = tmp_path / "empty"
    folder.mkdir()
    monkeypatch.chdir(folder)
    return folder


def new(name: str, kind: str = "auth") -> int:
    return main(["plugin", "new", name, "--kind", kind])


def test_it_goes_into_an_empty_folder(empty: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """What is hidden and virtual environments do not count; each file is listed."""
    (empty / ".git").mkdir()
    (empty / "venv").mkdir()
    (empty / "venv" / "pyvenv.cfg").touch()
    assert new("demo") == 0
    listed, _, next_steps = capsys.readouterr().out.partition("\nNow run:\n")
    assert next_steps == '  pip install -e ".[test]" && pytest\n'
    listed = listed.split()
    assert all((empty / name).is_file() for name in listed)
    assert set(listed) == {
        ".gitignore",
        "README.md",
        "pyproject.toml",
        "setup.cfg",
        "tests/test_demo.py",
        "tornterm_demo/__init__.py",
        "tornterm_demo/py.typed",
    }


def test_it_goes_into_a_folder_of_its_own(empty: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Where there is something already, nothing is mixed up with it, and nothing overwritten."""
    (empty / "something").touch()
    assert new("tornterm-badge-reader", "spawn") == 0
    assert "cd tornterm-badge-reader" in capsys.readouterr().out
    folder = empty / "tornterm-badge-reader"
    assert (folder / "tornterm_badge_reader" / "__init__.py").exists()
    assert new("badge-reader", "audit") == 2
    assert "is there already" in capsys.readouterr().err


@pytest.mark.parametrize("kind", scaffold.KINDS)
def test_names_are_filled_in(kind: str, empty: Path) -> None:
    """The entry point leads to the class, and no placeholder is left."""
    assert new("badge-reader", kind) == 0
    config = ConfigParser()
    config.read(empty / "setup.cfg")
    assert config["metadata"]["name"] == "tornterm-badge-reader"
    points = config["options.entry_points"]["tornterm"].strip()
    assert points == "badge_reader = tornterm_badge_reader:BadgeReader"
    code = (empty / "tornterm_badge_reader" / "__init__.py").read_text()
    assert "class BadgeReader:" in code
    for path in empty.rglob("*"):
        if path.is_file():
            text = path.read_text()
            assert "${" not in text and "$name" not in text and "$cls" not in text, path


@pytest.mark.parametrize(
    ("given", "distribution"),
    [
        ("badge-reader", "tornterm-badge-reader"),
        ("auth-badge-reader", "tornterm-auth-badge-reader"),
        ("tornterm-auth-badge-reader", "tornterm-auth-badge-reader"),
    ],
)
def test_the_kind_is_no_part_of_a_plugins_name(given: str, distribution: str) -> None:
    """Distributions say what they are for; plugins are named as those of tornterm are."""
    assert scaffold.names_of(given, "auth") == {
        "name": "badge_reader",
        "package": distribution.replace("-", "_"),
        "distribution": distribution,
        "cls": "BadgeReader",
    }


@pytest.mark.parametrize(
    ("name", "why"),
    [
        ("token", "there is a plugin 'token' already"),
        ("auth-token", "there is a plugin 'token' already"),
        ("Demo", "must be lower-case words"),
        ("1st", "must be lower-case words"),
        ("../evil", "must be lower-case words"),
        ("tornterm-", "must be lower-case words"),
    ],
)
def test_names_that_cannot_be(
    name: str, why: str, empty: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """A wrong name is a mistake of one line, and nothing is written."""
    assert new(name) == 2
    error = capsys.readouterr().err
    assert why in error and error.count("\n") == 1
    assert list(empty.iterdir()) == []


@pytest.mark.slow
def test_it_installs_and_passes_its_tests(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each kind, in a fresh environment: installed, linted, type-checked, tested, and enabled."""
    python = environment(tmp_path / "env")
    packages = []
    for kind in scaffold.KINDS:
        folder = tmp_path / kind
        folder.mkdir()
        monkeypatch.chdir(folder)
        assert new(f"demo-{kind}", kind) == 0
        pip = (python, "-m", "pip", "install", "--quiet", "--no-deps", "--no-build-isolation")
        run(*pip, "--disable-pip-version-check", "-e", ".", cwd=folder)
        # Beside pytest-tornado, which is installed here; and with ours even if it was added since
        # tornterm itself was installed.
        run(python, "-m", "pytest", "-q", "-p", "tornterm.testing.plugin", cwd=folder)
        packages.append(str(folder / f"tornterm_demo_{kind}"))
    # What is first-party, and so the order of imports, differs from here.
    lint = (
        "ruff",
        "check",
        "--ignore",
        "I001",
        "--config",
        str(ROOT / "pyproject.toml"),
        "--no-cache",
    )
    run(sys.executable, "-m", *lint, *packages, cwd=tmp_path)
    cache = ("--cache-dir", str(tmp_path / "mypy"))
    run(sys.executable, "-m", "mypy", "--strict", *cache, *packages, cwd=tmp_path)
    listed = run(
        python,
        "-c",
        "from tornterm.plugins import PluginHost\n"
        "for plugin in PluginHost(['demo_spawn', 'demo_audit'], {}).describe():\n"
        "    print(plugin.name, plugin.distribution)",
        cwd=tmp_path,
    )
    assert listed.split("\n")[:2] == [
        "demo_spawn tornterm-demo-spawn",
        "demo_audit tornterm-demo-audit",
    ]


def environment(folder: Path) -> str:
    """A fresh virtual environment that sees what is installed here; its Python."""
    venv.create(folder, symlinks=True)
    site = sysconfig.get_path("purelib", vars={"base": str(folder)})
    here = sysconfig.get_path("purelib")
    Path(site, "here.pth").write_text(f"import site; site.addsitedir({here!r})\n")
    return str(folder / "bin" / "python")


def run(*command: str, cwd: Path) -> str:
    done = subprocess.run(
        command,
        cwd=cwd,
        env={"PATH": os.environ["PATH"], "PYTHONPATH": str(ROOT), "HOME": str(cwd)},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert done.returncode == 0, f"{' '.join(command)}\n{done.stdout}\n{done.stderr}"
    return done.stdout
