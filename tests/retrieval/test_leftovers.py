"""A page's furniture among its text."""

from __future__ import annotations

import pytest
from library_parts import OpenLibrary, write

from assistant.retrieval.leftovers import is_leftover


@pytest.mark.parametrize(
    ("line", "leftover"),
    [
        ("Share", True),
        ("• Repost", True),
        ("Add a comment", True),
        ("No comments yet", True),
        ("View Original", True),
        ("Back to top", True),
        ("This text is not investment advice.", True),
        ("The page is provided for information purposes only.", True),
        ("© 2025 Quarrix. All rights reserved.", True),
        ("We use cookies; see our cookie policy.", True),
        ("Sign up for our newsletter", True),
        ("![](https://example.com/picture.png)", True),
        ("There are risks in the market, so be careful.", True),
        ("Shares rose by 10% in a single day.", False),
        ("The share of services in revenue was 40%.", False),
        ("Quarrix sells subscriptions to its data centers.", False),
        ("The bank comments on the plan in its report.", False),
        ("Home prices fell.", False),
        ("Analysts advise clients to hold the stock.", False),
        ("Competition and falling prices are risks for the cloud business.", False),
        ("", False),
    ],
)
def test_what_is_left_over(line: str, leftover: bool) -> None:
    assert is_leftover(line) is leftover


def test_what_answers_comes_before_what_is_left_over(tmp_path) -> None:
    text = (
        "Quarrix plans a cloud business.\n\nFalling prices are a danger for the plan of Quarrix, says the bank.\n\n"
        "There are risks in the market for every plan, and investment requires caution.\n\nShare\n"
    )
    with OpenLibrary(tmp_path / "home") as library:
        for path in write(tmp_path, {"page.txt": text}):
            library.ingest.add(path)
        evidence = library.engine.retrieve("What are the risks for the plan of Quarrix?").evidence
    texts = [each.text for each in evidence]
    answer = next(place for place, text in enumerate(texts) if "danger" in text)
    left_over = next(place for place, text in enumerate(texts) if "risks in the market" in text)
    assert answer < left_over
    assert evidence[left_over].similarity > evidence[answer].similarity
