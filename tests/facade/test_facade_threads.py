"""Several threads at the public door at once."""

from __future__ import annotations

import threading
from pathlib import Path

from facade_parts import QUESTION, Make, check_answer
from library_parts import write

from assistant.facade import Assistant


def test_asking_while_documents_come_and_go(filled: Assistant, work: Path) -> None:
    errors: list[BaseException] = []
    stop = threading.Event()

    def ask() -> None:
        try:
            while not stop.is_set():
                check_answer(filled, filled.ask(QUESTION, documents=["leases.md"]))
                filled.search("rye loaf", k=20)
        except BaseException as error:
            errors.append(error)

    threads = [threading.Thread(target=ask) for _ in range(3)]
    for thread in threads:
        thread.start()
    try:
        for number in range(6):
            (path,) = write(work, {"passing.md": f"# Passing {number}\n\nNumber {number} of the rye loaf."})
            filled.add([path])
            if number % 2:
                filled.remove(["passing.md"])
    finally:
        stop.set()
        for thread in threads:
            thread.join(60)
    assert errors == []
    assert filled.search("megawatts leased")[0].document == "leases.md"


def test_opening_in_one_thread_and_closing_in_another(make_assistant: Make, files: list[Path]) -> None:
    assistant = make_assistant()
    thread = threading.Thread(target=assistant.add, args=(files,))
    thread.start()
    thread.join(60)
    assert len(assistant.search("rye loaf")) > 0
    assistant.close()
    other = make_assistant()
    other.open()
    assert len(other.documents()) == 2
