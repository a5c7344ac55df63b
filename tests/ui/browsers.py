"""Where the browser of the tests is: the first of these programs, in the order in which the Makefile looks for them."""

from __future__ import annotations

import shutil

import pytest

CHROMIUMS = ("chromium", "chromium-browser", "google-chrome")


def chromium_path() -> str:
    """The path of Chromium; without one, the test fails with what to do."""
    found = next(filter(None, map(shutil.which, CHROMIUMS)), None)
    if found is None:
        pytest.fail(f"There is no {', '.join(CHROMIUMS[:-1])} or {CHROMIUMS[-1]}: run `make chromium`.", pytrace=False)
    return found
