"""A program that changes and puts back documents until it is killed, saying what it begins and what is done.

Run as a program it imports everything once and then, for each line `HOME ROUND FIRST` on stdin, forks a child that
works on that home; so that a kill costs no second import.
"""

from __future__ import annotations

import random
from pathlib import Path
from typing import TYPE_CHECKING

from fakes import FakeEmbedder
from forking import say, work_in_forks

if TYPE_CHECKING:
    from assistant.index.undo import TakenOut

WORDS = "heron otter reed river stone lamp loaf oven harbour lease rate tower campus grid quarter margin ledger".split()


def marker(key: str) -> str:
    """A word that stands in one version of one document only."""
    return f"zq{key}mark"


def source(key: str) -> str:
    """Markdown of a mid-sized document, the same for the same key."""
    rng = random.Random(key)
    sections = []
    for number in range(rng.randint(20, 60)):
        lines = [" ".join(rng.choices(WORDS, k=12)).capitalize() + f" {number}." for _ in range(3)]
        sections.append(f"## Part {number}\n\n{' '.join(lines)}")
    return f"# Title of {key}\n\nThe {marker(key)} stands here.\n\n" + "\n\n".join(sections) + "\n"


def work(home: Path, number: int, first: list[str]) -> None:
    """Lines are `begin OPERATION NAME KEY` before and `done` behind each step."""
    import assistant.models.embeddings
    from assistant.facade import Assistant
    from assistant.settings import load_settings

    assistant.models.embeddings.load_embeddings = lambda settings: FakeEmbedder()  # type: ignore[assignment]
    rng = random.Random(number)
    files = home.parent / "files"
    files.mkdir(exist_ok=True)
    held = list(first)
    say("begin", "open", "-", "-")
    opened = Assistant(load_settings(home=home, chat_model="none"))
    opened.open()
    say("done")
    taken: dict[str, TakenOut] = {}
    for step in range(1000):
        key = f"r{number}s{step}"
        operation = _operation(rng, held, taken)
        name = f"{key}.md" if operation == "add" else rng.choice(sorted(taken) if operation == "put_back" else held)
        if operation == "remove":
            say("begin", operation, name, "-")
            opened.remove([name])
            held.remove(name)
        elif operation == "take_out":
            say("begin", operation, name, "-")
            taken[name] = opened.take_out([name])
            held.remove(name)
        elif operation == "put_back":
            say("begin", operation, name, "-")
            opened.put_back(taken.pop(name))
            held.append(name)
        else:
            (files / name).write_text(source(key), encoding="utf-8")
            say("begin", operation, name, key)
            opened.add([files / name])
            if operation == "add":
                held.append(name)
        say("done")


def _operation(rng: random.Random, held: list[str], taken: dict[str, TakenOut]) -> str:
    weights = {"add": 5}
    if held:
        weights |= {"update": 3, "remove": 1, "take_out": 2}
    if taken:
        weights |= {"put_back": 4}
    return rng.choices(list(weights), list(weights.values()))[0]


if __name__ == "__main__":
    work_in_forks(lambda words: work(Path(words[0]), int(words[1]), words[2:]))
