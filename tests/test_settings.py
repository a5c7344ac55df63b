"""Settings: strict, bounded, from four places in a known order."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError

from assistant.errors import AssistantError, SettingsError
from assistant.settings import Settings, load_settings


def refused(**overrides: Any) -> SettingsError:
    with pytest.raises(SettingsError) as caught:
        load_settings(**overrides)
    assert caught.value.next_step
    assert "\n" not in str(caught.value)
    return caught.value


def toml(text: str | bytes) -> None:
    Path("assistant.toml").write_bytes(text.encode() if isinstance(text, str) else text)


# --- where values come from ---------------------------------------------------------------------------------


def test_defaults(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    settings = load_settings()
    assert settings.home == home
    assert settings.corpus == Path.cwd() / "corpus"
    assert settings.chat_base_url is None
    monkeypatch.delenv("ASSISTANT_HOME")
    assert load_settings().home.name == "corpus-assistant"
    assert load_settings().home.is_absolute()


def test_order_of_precedence(monkeypatch: pytest.MonkeyPatch) -> None:
    assert load_settings().passages == 8
    toml("passages = 9\ncandidates = 30\n")
    assert load_settings().passages == 9
    monkeypatch.setenv("ASSISTANT_PASSAGES", "10")
    assert load_settings().passages == 10
    assert load_settings(passages=11).passages == 11
    assert load_settings(passages=None).passages == 10
    assert load_settings(passages=11).candidates == 30


def test_only_the_working_folder_is_looked_at(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    toml("passages = 9\n")
    (tmp_path / "elsewhere").mkdir()
    monkeypatch.chdir(tmp_path / "elsewhere")
    assert load_settings().passages == 8


def test_paths_are_made_absolute(monkeypatch: pytest.MonkeyPatch) -> None:
    assert load_settings(corpus=Path("notes")).corpus == Path.cwd() / "notes"
    monkeypatch.setenv("HOME", "/somebody")
    assert load_settings(home=Path("~/index")).home == Path("/somebody/index")


def test_an_empty_variable_is_no_setting(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ASSISTANT_CORPUS", "")
    monkeypatch.setenv("ASSISTANT_PASSAGES", "")
    assert load_settings().corpus == Path.cwd() / "corpus"
    assert load_settings().passages == 8


# --- mistakes -----------------------------------------------------------------------------------------------


def test_unknown_variable(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ASSISTANT_PASAGES", "3")
    monkeypatch.setenv("ASSISTANT_COLOUR", "red")
    assert "ASSISTANT_COLOUR, ASSISTANT_PASAGES" in str(refused())


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("pasages = 3", "pasages"),
        ("passages = 0", "passages"),
        ('passages = "many"', "passages"),
        ("passages = ", "not valid TOML"),
        (b"corpus = '\xff\xfe'", "not valid TOML"),
        ("[passages]\nx = 1", "passages"),
    ],
)
def test_mistakes_in_the_file(text: str | bytes, says: str) -> None:
    toml(text)
    assert says in str(refused())


def test_a_file_that_cannot_be_read(monkeypatch: pytest.MonkeyPatch) -> None:
    toml("passages = 3")
    real = Path.open

    def denied(self: Path, *rest: Any, **more: Any) -> Any:
        if self.name == "assistant.toml":
            raise PermissionError(13, "Permission denied", str(self))
        return real(self, *rest, **more)

    monkeypatch.setattr(Path, "open", denied)
    monkeypatch.setattr("builtins.open", lambda file, *rest, **more: denied(Path(file), *rest, **more))
    assert "Permission denied" in str(refused())


def bounds(name: str) -> list[tuple[str, Any]]:
    """Values just outside of a number's bounds."""
    outside: list[tuple[str, Any]] = []
    for bound in Settings.model_fields[name].metadata:
        for attribute, step in (("ge", -1), ("le", 1), ("gt", 0)):
            if hasattr(bound, attribute):
                outside.append((name, getattr(bound, attribute) + step))
    return outside


NUMBERS = [name for name, field in Settings.model_fields.items() if field.annotation in (int, float)]


@pytest.mark.parametrize("name", NUMBERS)
def test_every_number_has_two_bounds(name: str) -> None:
    outside = bounds(name)
    assert len(outside) == 2
    for field, value in outside:
        assert field in str(refused(**{field: value}))


@pytest.mark.parametrize("name", Settings.model_fields)
def test_every_setting_says_what_it_means(name: str) -> None:
    assert Settings.model_fields[name].description


def test_an_endpoint_needs_a_model(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ASSISTANT_CHAT_BASE_URL", "http://127.0.0.1:9/v1")
    assert "ASSISTANT_CHAT_MODEL" in str(refused())
    monkeypatch.setenv("ASSISTANT_CHAT_MODEL", "some-model")
    assert load_settings().chat_model == "some-model"


def test_settings_do_not_change() -> None:
    settings = load_settings()
    with pytest.raises(ValidationError):
        settings.passages = 3  # type: ignore[misc]


def test_secrets_are_never_printed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ASSISTANT_CHAT_API_KEY", "sk-very-secret")
    settings = load_settings()
    assert settings.chat_api_key is not None
    assert settings.chat_api_key.get_secret_value() == "sk-very-secret"
    for shown in (str(settings), repr(settings), str(settings.printable()), settings.model_dump_json()):
        assert "very-secret" not in shown
    assert set(settings.printable()) == set(Settings.model_fields)


# --- errors in general --------------------------------------------------------------------------------------


def test_an_error_is_one_line_with_a_next_step() -> None:
    error = AssistantError("It\n  broke", "Mend\nit.")
    assert str(error) == "It broke. Mend it."
    assert (error.args[0], error.next_step) == ("It broke", "Mend it.")
