"""One owner of a home at a time, and the lock ends with its process however that ends."""

from __future__ import annotations

import json
import os
import signal
import stat
import threading
from pathlib import Path
from typing import Any

import pytest

from assistant.errors import HomeLockedError, StorageError
from assistant.index.lock import Address, HomeLock, Owner, owner_of

HOLD = """
import sys, time
from pathlib import Path
from assistant.index.lock import HomeLock
lock = HomeLock(Path(sys.argv[1]))
lock.acquire()
print("held", flush=True)
time.sleep(600)
"""


def refused(home: Path) -> HomeLockedError:
    with pytest.raises(HomeLockedError) as caught:
        HomeLock(home).acquire()
    assert caught.value.retryable
    assert "ASSISTANT_HOME" in caught.value.next_step
    return caught.value


def test_another_process_is_named_and_its_death_frees_the_home(tmp_path: Path, commands: Any) -> None:
    holder = commands.start("-c", HOLD, tmp_path)
    assert holder.stdout.readline() == "held\n"
    assert f"pid {holder.pid}" in str(refused(tmp_path))
    holder.send_signal(signal.SIGKILL)
    holder.wait(30)
    lock = HomeLock(tmp_path)
    lock.acquire()
    assert json.loads((tmp_path / "owner.json").read_text()) == {"pid": os.getpid()}
    lock.release()
    assert not (tmp_path / "owner.json").exists()


def test_two_owners_in_one_process(tmp_path: Path) -> None:
    first = HomeLock(tmp_path)
    first.acquire()
    assert str(os.getpid()) in str(refused(tmp_path))
    first.release()
    first.release()
    second = HomeLock(tmp_path)
    second.acquire()
    second.release()


def test_a_lock_taken_in_one_thread_is_given_back_in_another(tmp_path: Path) -> None:
    lock = HomeLock(tmp_path)
    thread = threading.Thread(target=lock.acquire)
    thread.start()
    thread.join()
    refused(tmp_path)
    lock.release()
    again = HomeLock(tmp_path)
    again.acquire()
    again.release()


@pytest.mark.parametrize("owner", ["", "no json", "[]", '{"name": 1}'])
def test_an_unreadable_owner_is_just_not_named(tmp_path: Path, owner: str) -> None:
    lock = HomeLock(tmp_path)
    lock.acquire()
    (tmp_path / "owner.json").write_text(owner)
    assert "Another process is using" in str(refused(tmp_path))
    lock.release()


def test_the_address_is_for_its_user_alone_and_goes_with_the_lock(tmp_path: Path) -> None:
    lock, file = HomeLock(tmp_path), tmp_path / "owner.json"
    address = Address(port=4711, token="a secret")
    assert "secret" not in repr(address)
    lock.announce(address)
    assert not file.exists()
    lock.acquire()
    lock.acquire()
    for told in (None, address, None, address):
        lock.announce(told)
        assert owner_of(tmp_path) == Owner(pid=os.getpid(), address=told)
        assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert not list(tmp_path.glob("*.new"))
    lock.release()
    assert owner_of(tmp_path) is None


def test_what_a_killed_owner_left_is_replaced_by_the_next(tmp_path: Path) -> None:
    left = Owner(pid=1, address=Address(port=4711, token="old"))
    (tmp_path / "owner.json").write_text(left.model_dump_json())
    (tmp_path / "owner.json").chmod(0o644)
    (tmp_path / "owner.new").write_text("half of")
    lock = HomeLock(tmp_path)
    lock.acquire()
    assert owner_of(tmp_path) == Owner(pid=os.getpid())
    assert stat.S_IMODE((tmp_path / "owner.json").stat().st_mode) == 0o600
    lock.release()


def test_an_address_that_cannot_be_written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: Any, **__: Any) -> None:
        raise OSError(28, "No space left on device")

    lock = HomeLock(tmp_path)
    lock.acquire()
    with monkeypatch.context() as broken:
        broken.setattr(Path, "replace", full)
        with pytest.raises(StorageError, match="No space left"):
            lock.announce(Address(port=4711, token="a secret"))
    lock.release()


def test_a_home_that_cannot_be_written(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(StorageError) as caught:
        HomeLock(tmp_path / "file").acquire()
    assert caught.value.next_step


def test_failing_to_say_who_holds_it_gives_the_lock_back(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: Any, **__: Any) -> None:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as broken:
        broken.setattr(Path, "replace", full)
        with pytest.raises(StorageError, match="No space left"):
            HomeLock(tmp_path).acquire()
    lock = HomeLock(tmp_path)
    lock.acquire()
    lock.release()
