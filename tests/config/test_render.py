"""What is generated from the models: complete, valid, and equal to what is in the repository."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
import tomli
from pydantic import BaseModel

from tornterm.config.fields import ConfigTable, Secret, setting
from tornterm.config.load import load_settings
from tornterm.config.render import example, json_schema, reference
from tornterm.config.settings import Settings
from tornterm.config.source import Source
from tornterm.plugins import BUILTINS, plugin_models

ROOT = Path(__file__).parent.parent.parent


class Entry(ConfigTable):
    """One of several."""

    user: str = setting(None, "Who.", example="ann")


class Tokens(ConfigTable):
    """A plugin's table."""

    size: int = setting(..., "A number that has to be given.", ge=3)
    secret: Secret | None = setting(None, "A secret.", example={"file": "x"})
    words: dict[str, str] = setting({"a b": 'c"d'}, "A table of texts.")
    entries: tuple[Entry, ...] = setting((), "Who is let in.", strict=False)
    named: dict[str, Entry] = setting({}, "The same by name.")


@pytest.fixture(scope="module")
def plugins() -> dict[str, type[BaseModel]]:
    return plugin_models(list(BUILTINS), Source())[0]


def keys(models: dict[str, type[BaseModel]]) -> set[str]:
    tables = [field.annotation for field in Settings.model_fields.values()]
    named = [table for table in (*tables, *models.values()) if hasattr(table, "model_fields")]
    return {key for table in named for key in table.model_fields}


def test_the_example_file_is_up_to_date(plugins: dict[str, type[BaseModel]]) -> None:
    """The example in the repository is what the models give (`make docs` writes it)."""
    assert (ROOT / "config.example.toml").read_text() == example(plugins)


def test_the_reference_page_is_up_to_date(plugins: dict[str, type[BaseModel]]) -> None:
    """The page in the repository is what the models give (`make docs` writes it)."""
    assert (ROOT / "docs" / "configuration.md").read_text() == reference(plugins)


def test_the_example_is_the_default(tmp_path: Path) -> None:
    """The file without the plugins' tables changes nothing."""
    file = tmp_path / "example.toml"
    file.write_text(example({}))
    assert load_settings(file, environ={}).model_dump() == Settings().model_dump()


def test_every_key_is_described(plugins: dict[str, type[BaseModel]]) -> None:
    """No key is missing in the example and on the page, and none lacks a description."""
    file, page = example(plugins), reference(plugins)
    for key in keys(plugins):
        assert re.search(rf"^(# )?({key} = |\[+plugins\.\w+\.{key}(\.NAME)?\]+)", file, re.M), key
        assert f"| `{key}` | " in page or re.search(rf"\.{key}(\.NAME)?\]+`", page)
    assert " |  |\n" not in page


def test_what_is_commented_out_is_toml_too(plugins: dict[str, type[BaseModel]]) -> None:
    """Taking the marks off gives a file that can be read."""
    text = re.sub(r"^# (?=\S+ = |\[)", "", example({"tokens": Tokens, **plugins}), flags=re.M)
    table = tomli.loads(text)["plugins"]["tokens"]
    assert table["words"] == {"a b": 'c"d'}
    assert table["secret"] == {"file": "x"}
    assert table["entries"] == [{"user": "ann"}]


def test_tables_in_lists_have_their_own_section() -> None:
    """A list of tables is shown as such, with its keys."""
    page = reference({"tokens": Tokens})
    assert "## `[[plugins.tokens.entries]]`" in page
    assert "| `size` | whole number, at least 3 | needed | A number that has to be given. |" in page
    assert "# [[plugins.tokens.entries]]" in example({"tokens": Tokens})
    assert "## `[plugins.tokens.named.NAME]`" in page
    assert "# [plugins.tokens.named.NAME]" in example({"tokens": Tokens})


def test_the_schema_knows_every_table() -> None:
    """Editors are told of the plugins' keys as well, and of what does not exist."""
    schema = json_schema({"my-tokens": Tokens})
    properties = schema["properties"]
    assert set(properties) == set(Settings.model_fields)
    assert schema["additionalProperties"] is False
    assert "my-tokens" in schema["$defs"]["PluginsSettings"]["properties"]
    assert "entries" in schema["$defs"]["Tokens"]["properties"]
    assert "restart" in schema["$defs"]["ServerSettings"]["properties"]["port"]
