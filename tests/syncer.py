"""A program that syncs a folder, with somebody asking all the while, until it is killed.

Run as a program it imports everything once and then, for each line `HOME FOLDER` on stdin, forks a child that works on
that home; so that a kill costs no second import. Lines of the child: `opened`; `told STATUS NAME` once a file is
acknowledged; `asked` once a question is answered; `broken WHY` when one met something half or missing; `finished`. Then
`ended`.
"""

from __future__ import annotations

import random
import threading
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

from adder import WORDS, marker
from fakes import FakeEmbedder, likeness
from forking import say, work_in_forks

from assistant.documents import Document, read_document
from assistant.errors import UnknownDocumentError

if TYPE_CHECKING:
    from assistant.facade import Assistant


def identity_of(name: str) -> str:
    """What stays the same of a file that is named `IDENTITY-NUMBER.md`, whatever it holds and is renamed to."""
    return name.partition("-")[0]


def version(identity: str, key: str) -> str:
    """Markdown of one version of a small document; the identity's marker is in the last sentence of each."""
    rng = random.Random(key)
    sections = [
        f"## Part {number}\n\n{' '.join(rng.choices(WORDS, k=14)).capitalize()} {number}."
        for number in range(rng.randint(3, 9))
    ]
    last = f"The beacon {marker(identity)} of version {key} shines over the harbour on every night of the year."
    return "\n\n".join([f"# Title of {key}", f"The {marker(key)} stands here.", *sections, f"## Last\n\n{last}"]) + "\n"


@lru_cache(maxsize=4096)
def document_of(identity: str, key: str) -> Document:
    """What is read from a version."""
    return read_document(version(identity, key).encode(), f"{identity}-0.md", "")


def key_of(title: str) -> str:
    """The version that a title names."""
    return title.removeprefix("Title of ")


def ask_about(assistant: Assistant, folder: Path, rng: random.Random) -> None:
    """Ask about one document of the index; the answer and its text must be of one version, whole."""
    infos = {info.name: info for info in assistant.documents()}
    if not infos:
        return
    info = infos[rng.choice(sorted(infos))]
    identity, beacon = identity_of(info.name), marker(identity_of(info.name))
    whole = document_of(identity, key_of(info.title))
    assert info.characters == len(whole.text), f"{info.name} has {info.characters} of {len(whole.text)} characters"
    hits = [hit for hit in assistant.search(beacon, k=3) if beacon in hit.text]
    if any(folder.glob(f"{identity}-*.md")):
        assert hits, f"{info.name} was in the index and was not found"
    try:
        answer = assistant.ask(f"Where does the beacon {beacon} shine?", documents=[info.name])
    except UnknownDocumentError:
        assert not (folder / info.name).exists(), f"{info.name} was in the index and is gone"
        return
    assert answer.citations, f"{info.name} has no answer: {answer.answer}"
    for citation in answer.citations:
        told = document_of(identity, key_of(citation.title)).text
        assert told[citation.start : citation.end] == citation.quote, f"{citation} is of no version"


def keep_asking(assistant: Assistant, folder: Path, stop: threading.Event) -> None:
    rng = random.Random()
    try:
        while not stop.is_set():
            ask_about(assistant, folder, rng)
            say("asked")
    except BaseException as error:
        say("broken", " ".join(f"{type(error).__name__}: {error}".split()))


def work(home: Path, folder: Path) -> None:
    import assistant.answering.kernel
    import assistant.models.embeddings
    from assistant.facade import Assistant
    from assistant.settings import load_settings

    assistant.models.embeddings.load_embeddings = lambda settings: FakeEmbedder()  # type: ignore[assignment]
    assistant.answering.kernel.KernelModel.probability = likeness  # type: ignore[method-assign]
    opened = Assistant(load_settings(home=home, chat_model="none"))
    opened.open()
    say("opened")
    stop = threading.Event()
    asker = threading.Thread(target=keep_asking, args=(opened, folder, stop))
    asker.start()
    opened.sync(folder, told=lambda result: say("told", result.status, result.name))
    stop.set()
    asker.join()
    say("finished")
    opened.close()


if __name__ == "__main__":
    work_in_forks(lambda words: work(Path(words[0]), Path(words[1])))
