"""A page's furniture among its text."""

from __future__ import annotations

import pytest

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
