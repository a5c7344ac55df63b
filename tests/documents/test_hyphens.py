"""Words broken at the end of a line of a PDF."""

from __future__ import annotations

import pytest

from assistant.documents.hyphens import join_broken, known_words


@pytest.mark.parametrize(
    ("elsewhere", "broken", "joined"),
    [
        ("", "con\ufffefirming", "confirming"),
        ("a third-party server", "Third\ufffeparty", "Third-party"),
        ("the thirdparty server", "third\ufffeparty", "thirdparty"),
        ("of information in the formation", "in\ufffeformation", "information"),
        ("on the premises", "on\ufffepremises", "on-premises"),
        ("rules", "13a\ufffe15", "13a-15"),
        ("rules", "non\ufffeGAAP", "non-GAAP"),
        ("rules", "rules\ufffe and", "rules- and"),
        ("a state-of-the-art yard", "state-of\ufffethe-art", "state-of-the-art"),
    ],
)
def test_the_documents_other_words_decide(elsewhere: str, broken: str, joined: str) -> None:
    assert join_broken(f"x {broken} y", known_words([elsewhere, broken])) == f"x {joined} y"
