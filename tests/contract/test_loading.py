"""Which plugins are loaded, in which order, with which settings, and what stops the start."""

from __future__ import annotations

import functools
import sys
import types
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from pydantic import BaseModel, field_validator

from tests.builtin.apps import FakeApp
from tests.offering import offer
from tornterm.config.fields import ConfigPath, ConfigTable, setting
from tornterm.config.source import Source
from tornterm.errors import ConfigError, PluginError
from tornterm.hookspecs import hookimpl
from tornterm.plugins import BUILTINS, PluginHost, plugin_models
from tornterm.types import SpawnRequest, User

Install = Callable[..., None]


class Row(ConfigTable):
    user: str = setting("", "Who.")


class Settings(ConfigTable):
    greeting: str = setting("hello", "What to say.")
    times: int = setting(1, "How often.", ge=1)
    file: ConfigPath | None = setting(None, "Where.")
    rows: tuple[Row, ...] = setting((), "Several.", strict=False)
    secret: str = setting("", "Never shown.")

    @field_validator("secret")
    @classmethod
    def check(cls, value: str) -> str:
        if value == "guessable":
            raise ValueError("is too easy to guess")
        return value


class Configured:
    """A plugin as the docs describe one."""

    name = "configured"

    def __init__(self, settings: Settings) -> None:
        self.settings = settings

    @staticmethod
    @hookimpl
    def tornterm_register_config() -> type[BaseModel]:
        return Settings

    @hookimpl
    async def tornterm_login_methods(self) -> None: ...


class Plain:
    name = "plain"

    @hookimpl
    async def tornterm_login_methods(self) -> None: ...


@pytest.fixture
def install(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Install]:
    """Pretends that a distribution is installed: real metadata on the real path."""
    before = set(sys.modules)
    monkeypatch.syspath_prepend(tmp_path)

    def make(distribution: str, entry: str, target: str, code: str = "") -> None:
        offer(tmp_path, distribution, entry, target)
        if code:
            (tmp_path / f"{target.partition(':')[0]}.py").write_text(code)

    yield make
    for name in set(sys.modules) - before:
        del sys.modules[name]


PLUGIN = """
from tornterm.hookspecs import hookimpl
class Plugin:
    @hookimpl
    def tornterm_login_methods(self): ...
"""


def problems(error: pytest.ExceptionInfo[ConfigError]) -> list[tuple[str, str, str]]:
    return [(p.table, p.key, p.why) for p in error.value.problems]


def broken(**hooks: Any) -> object:
    """A plugin object of these attributes."""
    return type("Broken", (), hooks)()


@pytest.mark.parametrize(
    ("target", "why"),
    [
        ("hello_plugin:Plugni", "hello_plugin has no Plugni; did you mean Plugin?"),
        ("hello_plugim:Plugin", "cannot be imported: ModuleNotFoundError"),
    ],
)
def test_an_entry_point_that_leads_nowhere(install: Install, target: str, why: str) -> None:
    """The mistake is one line that names the distribution and its entry point: no traceback."""
    install("tornterm-hello", "hello", target)
    install("tornterm-other", "other", "hello_plugin:Plugin", PLUGIN)
    with pytest.raises(PluginError) as error:
        PluginHost(["hello"], {})
    said = str(error.value)
    assert f'the entry point "hello = {target}" of tornterm-hello: ' in said
    assert why in said and "AttributeError" not in said
    assert error.value.__cause__ is None


def test_an_entry_point_is_loaded_when_enabled(install: Install) -> None:
    """A name in plugins.enabled finds the entry point of that name."""
    install("tornterm-hello", "hello", "hello_plugin:Plugin", PLUGIN)
    host = PluginHost(["hello"], {})
    info = host.describe()[0]
    assert (info.name, info.distribution, info.version) == ("hello", "tornterm-hello", "1.2")
    assert info.hooks == ("tornterm_login_methods",)


def test_nothing_installed_is_active_by_itself(install: Install) -> None:
    """An installed plugin that is not enabled is not even imported."""
    install("tornterm-evil", "evil", "evil_plugin:Plugin", "raise SystemExit")
    host = PluginHost([], {})
    assert [info.name for info in host.describe()] == ["policy"]
    assert "evil_plugin" not in sys.modules


def test_order_is_extra_then_enabled_then_policy(install: Install) -> None:
    """The order written is the order asked; what embedders hand over comes first."""
    for name in ("b", "a", "c"):
        install(f"dist-{name}", name, f"plugin_{name}:Plugin", PLUGIN)
    host = PluginHost(["b", "a", "c"], {}, [Plain])
    assert [info.name for info in host.describe()] == ["plain", "b", "a", "c", "policy"]
    assert host.names_for("tornterm_login_methods") == ("plain", "b", "a", "c")
    assert [info.order for info in host.describe()] == [1, 2, 3, 4, 5]


def test_policy_may_be_written_and_stays_last() -> None:
    """Naming the plugin that is always there changes nothing."""
    host = PluginHost(["policy"], {}, [Plain])
    assert [info.name for info in host.describe()] == ["plain", "policy"]


def test_hosts_share_nothing() -> None:
    """Two applications in one process have plugins of their own."""
    one, two = PluginHost([], {}, [Plain()]), PluginHost([], {})
    assert len(one.describe()) == 2
    assert len(two.describe()) == 1


def test_settings_reach_the_plugin(tmp_path: Path) -> None:
    """A class is made with its checked table; paths are relative to the configuration file."""
    made: list[Settings] = []

    class Recording(Configured):
        def __init__(self, settings: Settings) -> None:
            made.append(settings)

    table = {"greeting": "hi", "file": "users.toml"}
    PluginHost([], {"configured": table}, [Recording], source=str(tmp_path / "tornterm.toml"))
    assert made[0].greeting == "hi"
    assert made[0].file == tmp_path / "users.toml"


def test_settings_without_a_table_are_the_defaults() -> None:
    """A plugin whose table is left out gets its defaults."""
    made: list[Settings] = []

    class Recording(Configured):
        def __init__(self, settings: Settings) -> None:
            made.append(settings)

    PluginHost([], {}, [Recording])
    assert made == [Settings()]


def test_a_class_method_may_name_the_model() -> None:
    """tornterm_register_config works as a class method as well."""

    class ByClass(Plain):
        model = Settings

        def __init__(self, settings: Settings) -> None:
            assert settings.times == 3

        @classmethod
        @hookimpl
        def tornterm_register_config(cls) -> type[BaseModel]:
            return cls.model

    PluginHost([], {"plain": {"times": 3}}, [ByClass])


def test_all_table_problems_are_told_at_once() -> None:
    """Wrong keys, values and names of all plugins stand in one error, with table and key."""
    table = {
        "greetin": "x",
        "times": 0,
        "rows": [{"user": "a"}, {"usr": "b"}],
        "secret": "guessable",
    }
    with pytest.raises(ConfigError) as error:
        PluginHost(["tokn"], {"configured": table}, [Configured], source="t.toml")
    found = {(place, name): why for place, name, why in problems(error)}
    assert 'did you mean "token"' in found["plugins", "enabled"]
    assert 'did you mean "greeting"' in found["plugins.configured", "greetin"]
    assert "at least 1" in found["plugins.configured", "times"]
    assert 'did you mean "user"' in found["plugins.configured.rows", "usr"]
    assert found["plugins.configured", "secret"] == "is too easy to guess"
    assert all(problem.source.endswith("t.toml") for problem in error.value.problems)
    assert "guessable" not in str(error.value)


def test_an_unknown_name_lists_what_there_is() -> None:
    """Where nothing is close, the error says which plugins exist."""
    with pytest.raises(ConfigError) as error:
        PluginHost(["zzzzzz"], {})
    assert "there are " in str(error.value)
    assert "local_users" in str(error.value)


def test_a_name_offered_twice_stops_the_start(install: Install) -> None:
    """Two distributions with one entry-point name: pluggy would pick one in silence."""
    install("dist-one", "hello", "one_plugin:Plugin", PLUGIN)
    install("dist-two", "hello", "two_plugin:Plugin", PLUGIN)
    with pytest.raises(ConfigError) as error:
        PluginHost(["hello"], {})
    assert "dist-one, dist-two" in str(error.value)
    assert "one_plugin" not in sys.modules


def test_a_built_in_cannot_be_replaced_by_name(install: Install) -> None:
    """An entry point that takes a built-in's name stops the start."""
    install("evil", "token", "evil_token:Plugin", PLUGIN)
    with pytest.raises(ConfigError, match="offered more than once"):
        PluginHost(["token"], {})


def test_the_same_name_twice_stops_the_start() -> None:
    """A plugin is asked once, so it is enabled once, whoever enables it."""
    with pytest.raises(ConfigError, match='"plain" is enabled more than once'):
        PluginHost([], {}, [Plain, Plain()])
    with pytest.raises(ConfigError, match='"log" is enabled more than once'):
        PluginHost(["log", "log"], {})


def test_an_import_error_names_the_plugin(install: Install) -> None:
    """A plugin that cannot be imported stops the start."""
    install("dist", "hello", "hello_plugin:Plugin", "import no_such_module")
    with pytest.raises(PluginError, match=r"'hello'.*no_such_module"):
        PluginHost(["hello"], {})


def test_a_failing_constructor_names_the_plugin() -> None:
    """A plugin that cannot be made stops the start."""

    class Failing(Plain):
        def __init__(self) -> None:
            raise RuntimeError("no database")

    with pytest.raises(PluginError, match=r"'plain'.*no database"):
        PluginHost([], {}, [Failing])


def test_a_constructor_may_find_its_settings_wrong() -> None:
    """A ConfigError from a plugin's constructor passes through as it is."""

    class Failing(Plain):
        def __init__(self) -> None:
            raise ConfigError([])

    with pytest.raises(ConfigError):
        PluginHost([], {}, [Failing])


@hookimpl
async def wrong_argument(self: object, usr: object) -> None: ...


@hookimpl
async def keyword_only(self: object, *, user: object) -> None: ...


@hookimpl
async def with_default(self: object, user: object = None) -> None: ...


@hookimpl
async def fine(self: object, user: object) -> None: ...


@hookimpl
async def asynchronous(self: object) -> None: ...


@hookimpl(wrapper=True)
def wrapper(self: object) -> Iterator[None]:
    yield


@hookimpl(hookwrapper=True)
def old_wrapper(self: object) -> Iterator[None]:
    yield


@hookimpl
def generator(self: object) -> Iterator[None]:
    yield


@pytest.mark.parametrize(
    ("hook", "function", "why"),
    [
        ("tornterm_spwan", fine, "no such hook; did you mean tornterm_spawn"),
        ("tornterm_spawn", lambda self: None, "not marked with @hookimpl"),
        ("tornterm_spwan", lambda self: None, "did you mean tornterm_spawn"),
        ("tornterm_register_commands", asynchronous, "must be a plain function"),
        ("tornterm_login_methods", wrapper, "wrappers are not supported"),
        ("tornterm_login_methods", old_wrapper, "wrappers are not supported"),
        ("tornterm_login_methods", generator, "must return its answer"),
        ("tornterm_revalidate", wrong_argument, "no argument 'usr'; it has: user"),
        ("tornterm_revalidate", keyword_only, "must not be keyword-only"),
        ("tornterm_revalidate", with_default, "must not have a default"),
        ("tornterm_login_methods", functools.partial(fine, 1), "not marked with @hookimpl"),
    ],
)
def test_a_broken_contract_stops_the_start(hook: str, function: object, why: str) -> None:
    """What pluggy would accept in silence or find too late is found at the start, with names."""
    with pytest.raises(PluginError) as error:
        PluginHost([], {}, [broken(**{hook: function})])
    assert (error.value.plugin, error.value.hook) == ("Broken", hook)
    assert why in error.value.why


def test_a_plugin_without_hooks_stops_the_start() -> None:
    """An object that implements nothing is a mistake, for example the wrong class."""
    with pytest.raises(PluginError, match="implements no hook"):
        PluginHost([], {}, [object()])


def test_a_hook_of_a_later_version_may_be_optional() -> None:
    """pluggy's optionalhook lets a plugin support several versions of tornterm."""

    class Modern(Plain):
        @hookimpl(optionalhook=True)
        def tornterm_of_tomorrow(self) -> None: ...

    assert PluginHost([], {}, [Modern]).describe()[0].name == "plain"


def test_a_hook_may_stand_under_another_name() -> None:
    """pluggy's specname is checked against the contract like a name."""

    class Renamed:
        @hookimpl(specname="tornterm_login_methods")
        def offer(self) -> None: ...

    class Misnamed:
        @hookimpl(specname="tornterm_login_method")
        def offer(self) -> None: ...

    assert PluginHost([], {}, [Renamed]).names_for("tornterm_login_methods") == ("Renamed",)
    with pytest.raises(PluginError, match="did you mean tornterm_login_methods"):
        PluginHost([], {}, [Misnamed])


def test_the_model_must_be_a_model() -> None:
    """What tornterm_register_config returns is checked."""

    class Wrong(Plain):
        @staticmethod
        @hookimpl
        def tornterm_register_config() -> Any:
            return {"greeting": "hello"}

    with pytest.raises(PluginError, match=r"tornterm_register_config.*not a pydantic model"):
        PluginHost([], {}, [Wrong])


def test_the_model_is_not_awaited() -> None:
    """tornterm_register_config is a plain function like every hook of its kind."""

    class Wrong(Plain):
        @staticmethod
        @hookimpl
        async def tornterm_register_config() -> type[BaseModel]:
            return Settings

    with pytest.raises(PluginError, match=r"tornterm_register_config.*must be a plain function"):
        PluginHost([], {}, [Wrong])


def test_the_model_must_be_known_before_the_plugin() -> None:
    """An ordinary method cannot name the model; the error says what to write."""

    class Wrong(Plain):
        @hookimpl
        def tornterm_register_config(self) -> type[BaseModel]:
            return Settings

    with pytest.raises(PluginError, match="static or class method"):
        PluginHost([], {}, [Wrong])


def test_a_table_for_a_plugin_without_settings_is_an_error() -> None:
    """Keys that nobody reads are not accepted in silence."""
    with pytest.raises(ConfigError, match="has no settings"):
        PluginHost([], {"plain": {"x": 1}}, [Plain])


def test_a_ready_object_takes_no_table() -> None:
    """An object that is made already cannot be given settings, and says so."""
    with pytest.raises(ConfigError, match="made already"):
        PluginHost([], {"configured": {"times": 2}}, [Configured(Settings())])


def test_a_module_may_be_a_plugin() -> None:
    """A module with hooks needs no class."""
    module = types.ModuleType("greeter")

    @hookimpl
    def tornterm_login_methods() -> None: ...

    module.tornterm_login_methods = tornterm_login_methods  # type: ignore[attr-defined]
    assert PluginHost([], {}, [module]).names_for("tornterm_login_methods") == ("greeter",)


async def test_a_table_for_a_plugin_not_enabled_is_a_warning() -> None:
    """Switching a plugin off leaves its table where it is, but not in silence."""
    host = PluginHost([], {"shell": {"nonsense": 1}}, source="t.toml")
    problem = (await host.check(FakeApp(host), exposed=False))[0]
    assert (problem.source, problem.table, problem.warning) == ("t.toml", "plugins.shell", True)


def test_models_are_known_without_making_plugins() -> None:
    """The reference page needs the models of plugins that nobody has enabled."""
    models, problems = plugin_models([*BUILTINS, "tokn"], Source(Path("t.toml")))
    assert set(models) == {"token", "local_users", "shell", "jsonl"}
    assert [(p.source, p.table, p.key) for p in problems] == [("t.toml", "plugins", "enabled")]


async def test_a_refused_plugin_leaves_nothing_behind() -> None:
    """A start that failed does not change what the next one finds."""
    with pytest.raises(PluginError):
        PluginHost([], {}, [broken(tornterm_spwan=fine)])
    host = PluginHost([], {})
    with pytest.raises(Exception, match="no plugin says what to run"):
        await host.spawn(User("a"), SpawnRequest("id", None))  # type: ignore[arg-type]
