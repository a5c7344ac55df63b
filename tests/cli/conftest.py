"""The program with two documents in its index."""

from __future__ import annotations

from pathlib import Path

import pytest
from library_parts import BAKERY, LEASES, write
from processes import Cli


@pytest.fixture
def filled(cli: Cli, work: Path) -> Cli:
    assert cli("add", *write(work, {"leases.md": LEASES, "bakery.md": BAKERY})).code == 0
    return cli
