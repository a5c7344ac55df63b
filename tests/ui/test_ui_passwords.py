"""Passwords of locked files, without a browser."""

from __future__ import annotations

import logging
from pathlib import Path

import pytest
from column_parts import add, arrived, ended
from ui_fakes import Failed, FakeAssistant

from assistant.documents.options import ReadOptions, locked
from assistant.settings import Settings
from assistant.ui.choice import Shelf
from assistant.ui.documents import Documents


def test_a_locked_file_asks_for_its_password_until_it_is_right(
    column: Documents, fake: FakeAssistant, incoming: Path, settings: Settings, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    (item,) = add(column, arrived(incoming, "vault.md", b"LOCKED sesame The vault holds gold."))
    assert item.kind == "locked" and 'type="password"' in column.intake_html()
    column.act(Shelf(), "unlock", item.key, "")
    column.act(Shelf(), "unlock", "no such line", "guess")
    column.act(Shelf(), "unlock", item.key, "open-barley")
    (item,) = ended(column)
    assert item.kind == "locked" and "does not open it" in item.text
    column.act(Shelf(), "unlock", item.key, "sesame")
    (item,) = ended(column)
    assert (item.kind, item.text) == ("good", "Added") and "vault.md" in fake.texts
    assert fake.passwords == ["open-barley", "sesame"]
    assert not [path for path in incoming.rglob("*") if path.is_file()]
    assert "open-barley" not in caplog.text and "sesame" not in caplog.text
    kept = [path for path in settings.home.rglob("*") if path.is_file()]
    assert kept and not [path for path in kept if b"open-barley" in path.read_bytes()]


def test_a_locked_file_that_is_given_up_is_gone(column: Documents, incoming: Path) -> None:
    (item,) = add(column, arrived(incoming, "vault.md", b"LOCKED sesame The vault holds gold."))
    assert [path for path in incoming.rglob("*") if path.is_file()]
    column.act(Shelf(), "dismiss", item.key)
    assert column.intake.items() == () and not [path for path in incoming.rglob("*") if path.is_file()]


def test_a_locked_file_of_the_synced_folder_is_opened_from_the_list(column: Documents, fake: FakeAssistant) -> None:
    told = locked("secret.pdf", ReadOptions())
    fake.failed = [Failed("secret.pdf", str(told.args[0]), told.next_step, "/c/secret.pdf")]
    column.act(Shelf(), "unlock-file", "/c/other.pdf", "sesame")
    column.act(Shelf(), "unlock-file", "/c/secret.pdf", "wrong")
    (item,) = ended(column)
    assert item.kind == "locked" and fake.failed
    column.act(Shelf(), "unlock", item.key, "sesame")
    assert ended(column)[0].kind == "good" and not fake.failed and "secret.pdf" in fake.texts
