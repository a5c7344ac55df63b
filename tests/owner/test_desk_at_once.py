"""Syncs, uploads, removals and questions at the same time, from the page and from terminals."""

from __future__ import annotations

import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from desk_parts import QUESTION, Terminal, notes
from library_parts import write

from assistant.facade import Assistant
from assistant.owner.client import OwnerClient


def test_syncs_uploads_removals_and_questions_at_once(terminal: Terminal, owner: Assistant, work: Path) -> None:
    """What the page does goes straight to the owner, what terminals do through the desk."""
    notes(work / "corpus", 12)
    notes(work / "more", 0)
    write(work / "more", {f"extra{number}.md": f"# Extra {number}\n\nOtter {number}." for number in range(6)})
    ends = time.monotonic() + 4

    def syncs(client: OwnerClient, seed: int) -> None:
        for turn in range(99):
            if time.monotonic() > ends:
                return
            changing = work / "corpus" / f"note{(turn + seed) % 12}.md"
            if turn % 3:
                changing.write_text(f"# Note\n\nHeron, edition {seed} {turn}.")
            else:
                changing.unlink(missing_ok=True)
            # Of two syncs one may meet a file that the other's tester has just taken away.
            bad = [each for each in client.sync() if each.status == "failed" and "No such file" not in each.reason]
            assert not bad

    def comes_and_goes(number: int) -> None:
        while time.monotonic() < ends:
            owner.add([work / "more" / f"extra{number}.md"], origin="uploaded")
            owner.remove([f"extra{number}.md"])

    def asks(client: OwnerClient) -> None:
        while time.monotonic() < ends:
            answer = client.ask(QUESTION)
            assert "412 megawatts" in answer.answer
            for citation in answer.citations:
                assert citation.quote == owner.text(citation.document)[citation.start : citation.end]

    with ThreadPoolExecutor(6) as pool:
        jobs = [pool.submit(syncs, terminal(), seed) for seed in (0, 5)]
        jobs += [pool.submit(comes_and_goes, number) for number in (0, 1)]
        jobs += [pool.submit(asks, terminal()), pool.submit(asks, terminal())]
        for job in jobs:
            job.result(60)
    terminal().sync()
    files = {path.name for path in (work / "corpus").iterdir()}
    assert {info.name for info in owner.documents()} == files | {"leases.md", "bakery.md"}
    opened = owner._open()
    assert opened.vectors.count() == len(owner._home.store.passage_ids())
    assert sorted(opened.vectors._ids()) == sorted(owner._home.store.passage_ids())
