"""Plugins named by an import path, and plugins that are switched off."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.builtin.apps import FakeApp
from tests.contract.samples import answers, plugin
from tornterm.config.load import load_settings
from tornterm.errors import ConfigError, PluginError
from tornterm.plugins import PluginHost, plugin_models

GREETER = """
from tornterm.config.fields import ConfigTable, setting
from tornterm.hookspecs import hookimpl

class Settings(ConfigTable):
    words: str = setting("hello", "What to say.")

class Greeter:
    name = "greeter"
    def __init__(self, settings):
        self.settings = settings
    @staticmethod
    @hookimpl
    def tornterm_register_config():
        return Settings
    @hookimpl
    def tornterm_login_methods(self): ...
"""


@pytest.fixture
def config(tmp_path: Path) -> Iterator[Path]:
    """A configuration file with the module of a plugin beside it."""
    modules, path = set(sys.modules), list(sys.path)
    (tmp_path / "own_greeter.py").write_text(GREETER)
    package = tmp_path / "own_package"
    package.mkdir()
    (package / "__init__.py").touch()
    (package / "hooks.py").write_text(
        "from tornterm.hookspecs import hookimpl\n@hookimpl\ndef tornterm_login_methods(): ...\n"
    )
    yield tmp_path / "tornterm.toml"
    sys.path[:] = path
    for name in set(sys.modules) - modules:
        del sys.modules[name]


def names(host: PluginHost) -> list[str]:
    return [info.name for info in host.describe()]


def test_a_class_by_its_import_path(config: Path) -> None:
    """The plugin goes by its own name, which is also that of its table."""
    config.write_text(
        '[plugins]\nenabled = ["shell", "own_greeter:Greeter"]\n[plugins.greeter]\nwords = "hi"\n'
    )
    settings = load_settings(config, environ={}, plugin_models=plugin_models)
    host = PluginHost(settings.plugins.enabled, settings.plugins.tables, source=str(config))
    assert names(host) == ["shell", "greeter", "policy"]
    assert dict(host.describe()[1].settings or ()) == {"words": "hi"}
    problems = [p.table for p in asyncio.run(host.check(FakeApp(host), exposed=False))]
    assert "plugins.greeter" not in problems


def test_a_module_by_its_import_path(config: Path) -> None:
    """A module whose functions are hooks is a plugin, named by the last part of its path."""
    host = PluginHost(["own_package.hooks"], {}, source=str(config))
    assert names(host) == ["hooks", "policy"]
    assert host.names_for("tornterm_login_methods") == ("hooks",)


def test_mistakes_in_its_table_are_found_by_check(config: Path) -> None:
    """The table is checked with the file, under the plugin's own name."""
    config.write_text(
        '[plugins]\nenabled = ["own_greeter:Greeter"]\n[plugins.greeter]\nword = "hi"\n'
    )
    with pytest.raises(ConfigError, match=r"\[plugins.greeter\] word: .*did you mean \"words\""):
        load_settings(config, environ={}, plugin_models=plugin_models)


def test_what_lies_beside_the_file_hides_nothing(config: Path) -> None:
    """The directory of the configuration is searched last, and only for what is not installed."""
    (config.parent / "click.py").write_text("raise SystemExit")
    PluginHost(["own_greeter:Greeter"], {}, source=str(config))
    assert sys.path[-1] == str(config.parent)
    before = list(sys.path)
    PluginHost(["shell"], {}, source=str(config))
    PluginHost(["own_greeter:Greeter"], {}, source=str(config))
    assert sys.path == before


@pytest.mark.parametrize(
    ("path", "why"),
    [
        ("own_greeter:Greetr", "own_greeter has no Greetr; did you mean Greeter?"),
        ("own_package.hoks", "No module named 'own_package.hoks'"),
        ("own_package:a.b", "own_package has no a"),
    ],
)
def test_a_misspelt_path_is_explained(path: str, why: str, config: Path) -> None:
    """What is not in a module that exists is an error that names it, and no traceback."""
    with pytest.raises(PluginError) as error:
        PluginHost([path], {}, source=str(config))
    assert why in str(error.value)
    assert error.value.__cause__ is None


def test_a_module_that_fails_shows_where(config: Path) -> None:
    """An import that fails inside the plugin is the plugin's fault, and keeps its traceback."""
    (config.parent / "own_broken.py").write_text("import no_such_module\n")
    with pytest.raises(PluginError, match=r"'own_broken'.*no_such_module") as error:
        PluginHost(["own_broken"], {}, source=str(config))
    assert isinstance(error.value.__cause__, ModuleNotFoundError)


def test_a_missing_module_is_a_missing_plugin(config: Path) -> None:
    """Where there is no such module, the error says so."""
    with pytest.raises(ConfigError, match='no module "no_such" to import "no_such:Plugin" from'):
        PluginHost(["no_such:Plugin"], {}, source=str(config))


def test_a_path_and_a_name_may_not_mean_the_same(config: Path) -> None:
    """Names are unique however they were found."""
    with pytest.raises(ConfigError, match='"token" is enabled more than once'):
        PluginHost(["token", "tornterm.builtin.token:Token"], {}, source=str(config))


async def test_disabled_plugins_are_not_loaded(config: Path) -> None:
    """A name in plugins.disabled wins, whoever enables the plugin and however it was found."""
    extra = plugin("extra", login_methods=answers(None))
    host = PluginHost(
        ["shell", "log", "own_greeter:Greeter"],
        {"shell": {"nonsense": 1}},
        [extra],
        disabled=["shell", "extra", "greeter"],
        source=str(config),
    )
    assert names(host) == ["log", "policy"]
    problems = await host.check(FakeApp(host), exposed=False)
    assert [(problem.table, problem.warning) for problem in problems] == [
        ("plugins.shell", True),
        ("plugins", True),
        ("plugins", True),
    ]


def test_disabled_by_the_environment(config: Path) -> None:
    """One variable switches a plugin off without the list of the others; its table is no matter."""
    config.write_text("[plugins.shell]\nnonsense = 1\n")
    settings = load_settings(
        config, environ={"TORNTERM_PLUGINS__DISABLED": '["shell"]'}, plugin_models=plugin_models
    )
    assert settings.plugins.wanted == ("token", "jsonl")


@pytest.mark.parametrize(
    ("name", "why"),
    [
        ("shel", 'no installed plugin is named "shel"; did you mean "shell"?'),
        ("extr", 'did you mean "extra"?'),
        ("policy", '"policy" is always there'),
    ],
)
def test_a_misspelt_disabled_name_stops_the_start(name: str, why: str) -> None:
    """What should be off must not stay on because of a typing mistake."""
    extra = plugin("extra", login_methods=answers(None))
    with pytest.raises(ConfigError) as error:
        PluginHost(["shell"], {}, [extra], disabled=[name])
    (problem,) = error.value.problems
    assert (problem.table, problem.key) == ("plugins", "disabled")
    assert why in problem.why


def test_disabling_what_is_not_enabled_changes_nothing() -> None:
    """A shared file may switch off what only some servers switch on."""
    assert names(PluginHost(["log"], {}, disabled=["shell"])) == ["log", "policy"]
