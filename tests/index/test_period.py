"""The period a document reports on: read from its opening, and part of what its passages are found by."""

from __future__ import annotations

from pathlib import Path

import pytest
from library_parts import OpenLibrary
from sqlalchemy import text

from assistant.index.period import about, period_end, reporting_period


@pytest.mark.parametrize(
    ("opening", "period"),
    [
        ("For the quarterly period ended July 1, 2023\nor", "quarter ended July 1, 2023"),
        ("For the Quarterly Period Ended\nDecember 31,2022", "quarter ended December 31, 2022"),
        ("for the fiscal year ended 31 December 2021, ", "fiscal year ended 31 December 2021"),
        ("the six months ended 2024-06-30", "six months ended 2024-06-30"),
        ("Quarter ended Sept. 30, 2024. The quarter ended Sept. 30, 2024 was", "quarter ended Sept. 30, 2024"),
        ("the half-year ending 30 June 2025", "half-year ended 30 June 2025"),
        ("YEAR ENDED JUNE 30, 2024, that is for the year ended 30 June 2024", "year ended JUNE 30, 2024"),
        ("Fiscal Year Ended: June 30th, 2023", "fiscal year ended June 30th, 2023"),
        ("quarterly period ended July 1, 2023, the nine months ended July 1, 2023", "quarter ended July 1, 2023"),
        # Both are told of: neither is the document's own.
        ("the year ended May 1, 2023 and the year ended May 2, 2022", ""),
        ("The lease ended July 1, 2023.", ""),
        ("For the quarterly period from to", ""),
        ("", ""),
    ],
)
def test_reporting_period(opening: str, period: str) -> None:
    assert reporting_period(opening) == period


@pytest.mark.parametrize(
    ("period", "day"),
    [
        ("quarter ended July 1, 2023", "2023-07-01"),
        ("quarter ended Sept. 30, 2024", "2024-09-30"),
        ("year ended September 30, 2024", "2024-09-30"),
        ("fiscal year ended 31 Dec. 2021", "2021-12-31"),
        ("half-year ended 30 June 2025", "2025-06-30"),
        ("six months ended 2024-06-30", "2024-06-30"),
        ("year ended December 31st, 2022", "2022-12-31"),
        ("year ended July 1 2023", "2023-07-01"),
        ("year ended Juli 1, 2023", ""),
        ("", ""),
    ],
)
def test_period_end(period: str, day: str) -> None:
    assert period_end(period) == day


def test_about() -> None:
    assert about("Quarrix Corp.", "for the year ended May 1, 2023") == "Quarrix Corp., year ended May 1, 2023"
    assert about("Quarrix Corp.", "A note.") == "Quarrix Corp."


def test_passages_are_indexed_under_it_and_it_is_not_quoted(opened: OpenLibrary, tmp_path: Path) -> None:
    folder = tmp_path / "files"
    folder.mkdir()
    path = folder / "report.md"
    path.write_text("# Report\n\nFor the quarterly period ended July 1, 2023.\n\n## Sales\n\nSales grew by a tenth.\n")
    opened.sync(folder)
    query = "SELECT header FROM passages_fts JOIN passages p ON p.id = passages_fts.rowid"

    def headers() -> list[str]:
        with opened.store.transaction() as connection:
            return [row.header for row in connection.execute(text(query)) if "Sales" in row.header]

    assert headers() == ["Report, quarter ended July 1, 2023 Report Sales"]
    assert "quarter ended" not in opened.store.text("report.md")


def test_a_title_from_the_name_moves_along_with_the_period(opened: OpenLibrary, tmp_path: Path) -> None:
    folder = tmp_path / "files"
    folder.mkdir()
    (folder / "grey.txt").write_text("It is for the quarterly period ended July 1, 2023. Sales grew by a tenth.\n")
    opened.sync(folder)
    (folder / "grey.txt").rename(folder / "white.txt")
    opened.sync(folder)
    with opened.store.transaction() as connection:
        headers = connection.execute(text("SELECT header FROM passages_fts")).scalars().all()
    assert headers == ["white, quarter ended July 1, 2023"]
