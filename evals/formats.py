"""How much of real files of many formats is read.

    python -m evals.formats [FOLDER] [--json FILE]

Every file of the folder is read as the Assistant reads it, or refused with a reason; anything else fails the run. Where
`expected_outputs/NAME.md` holds a text, at least 95 % of its words have to be in ours, each as often as there. Such a
text is that of `NAME.pdf`: the tests that the set is from have none for other formats. An empty one says that
their reader found nothing, which asks nothing of ours.
"""

from __future__ import annotations

import re
from collections import Counter
from pathlib import Path
from typing import Annotated

import typer
from pydantic import BaseModel, ConfigDict
from rich.console import Console
from rich.markup import escape
from rich.table import Column, Table

from assistant.documents.parser import ParserProcess
from assistant.documents.registry import read_bytes
from assistant.errors import AssistantError, DocumentError, QuestionSetError
from evals.report import check_writable, write_text

#: Where the files lie beside a checkout that has them.
FOLDER = Path(__file__).resolve().parents[2] / "shared" / "evaldata" / "formats"
#: Share of the expected words below which a file counts as not read.
FLOOR = 0.95
_EXPECTED = "expected_outputs"
_WORD = re.compile(r"\w+")
_BROKEN = re.compile(r"(?<=\w)-\n(?=\w)")


class Outcome(BaseModel):
    """What became of a file: its words read, the share of the expected ones among them, or why it was refused."""

    model_config = ConfigDict(frozen=True)

    name: str
    words: int = 0
    contained: float | None = None
    notes: tuple[str, ...] = ()
    refused: str = ""

    @property
    def passed(self) -> bool:
        """Whether it is refused with a reason, or read with what is expected of it."""
        return self.contained is None or self.contained >= FLOOR


def words_of(text: str) -> Counter[str]:
    """The words of a text in lower case with how often they stand there."""
    return Counter(_WORD.findall(text.lower()))


def contained(expected: str, text: str) -> float | None:
    """Share of the expected words, as often as they stand there, that are in a text; None if none are expected.

    A word broken at a line's end counts as one or as two, whichever the text has more of: the break does not say.
    """
    held = words_of(text)
    ways = [words_of(expected), words_of(_BROKEN.sub("", expected))]
    return max(((way & held).total() / way.total() for way in ways if way), default=None)


def files_of(folder: Path) -> list[Path]:
    """The files to read, licences and expected texts left out.

    Raises:
        QuestionSetError: the folder is not there or empty.
    """
    found = [path for path in folder.rglob("*") if path.is_file() and path.suffix]
    files = sorted(path for path in found if _EXPECTED not in path.relative_to(folder).parts)
    if not files:
        raise QuestionSetError(f"There are no files in {folder}", "Name the folder that has them.")
    return files


def outcome_of(path: Path, parser: ParserProcess, max_bytes: int) -> Outcome:
    """Read a file and compare it with the text expected of it, if there is one."""
    try:
        documents = parser.read(read_bytes(path, max_bytes), path.name, str(path))
    except DocumentError as error:
        return Outcome(name=path.name, refused=str(error))
    text = "\n".join(document.text for document in documents)
    expected = path.parent / _EXPECTED / f"{path.stem}.md"
    return Outcome(
        name=path.name,
        words=words_of(text).total(),
        contained=contained(expected.read_text("utf-8"), text)
        if path.suffix.lower() == ".pdf" and expected.is_file()
        else None,
        notes=tuple(note for document in documents for note in document.notes),
    )


def table_of(outcomes: list[Outcome]) -> Table:
    """The outcomes as a table."""
    table = Table(Column("file", no_wrap=True), "words", "contained", "told", box=None, pad_edge=False)
    for each in outcomes:
        share = "" if each.contained is None else f"{each.contained:.1%}"
        style = "green" if each.passed else "red"
        size = "refused" if each.refused else f"{each.words:,}"
        told = each.refused or "; ".join(each.notes)
        table.add_row(escape(each.name), size, f"[{style}]{share}[/{style}]", escape(told))
    return table


def main(
    folder: Annotated[Path, typer.Argument(help="Folder with the files.")] = FOLDER,
    json_path: Annotated[
        Path | None, typer.Option("--json", metavar="FILE", help="Write the outcomes as JSON.")
    ] = None,
) -> None:
    """Read every file of a folder and say how much of what is expected was read; exit 1 below 95 %."""
    from assistant.home import parser_of
    from assistant.settings import load_settings

    try:
        settings = load_settings()
        files = files_of(folder)
        if json_path is not None:
            check_writable(json_path)
        parser = parser_of(settings)
        try:
            outcomes = [outcome_of(path, parser, settings.max_bytes) for path in files]
        finally:
            parser.close()
        if json_path is not None:
            rows = ",\n ".join(each.model_dump_json() for each in outcomes)
            write_text(json_path, f"[{rows}]\n")
    except AssistantError as error:
        typer.echo(f"Error: {error}", err=True)
        raise typer.Exit(1) from error
    Console(soft_wrap=True).print(table_of(outcomes))
    shares = [each.contained for each in outcomes if each.contained is not None]
    refused = sum(bool(each.refused) for each in outcomes)
    below = [each.name for each in outcomes if not each.passed]
    typer.echo(
        f"{len(outcomes) - refused} of {len(outcomes)} read, {refused} refused with a reason; of {len(shares)} with an "
        f"expected text {len(shares) - len(below)} hold at least {FLOOR:.0%} of it"
        + (f"; below: {', '.join(below)}" if below else f", the least {min(shares):.1%}" if shares else "")
    )
    if below:
        raise typer.Exit(1)


if __name__ == "__main__":
    typer.run(main)
