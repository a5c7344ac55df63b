"""The data of a chart as a table: the categories down, the series across (ECMA-376, part 1, 21.2)."""

from __future__ import annotations

from typing import Any

from assistant.documents.builder import TextBuilder
from assistant.documents.cells import shown
from assistant.documents.inline import inline_text
from assistant.documents.model import BlockKind
from assistant.documents.office import attribute, local
from assistant.documents.tables import table_lines

#: Where charts keep what they draw: along the axis, and the values.
_ALONG, _VALUES = ("cat", "xVal"), ("val", "yVal")


def _child(element: Any, *names: str) -> Any | None:
    return next((child for child in element if local(child) in names), None)


def _descendants(element: Any, *names: str) -> list[Any]:
    return [each for each in element.iter() if local(each) in names]


def _points(element: Any | None) -> dict[int, str]:
    """The saved points by their index, numbers as their format shows them."""
    if element is None:
        return {}
    formats = [code.text or "General" for code in _descendants(element, "formatCode")]
    number_format = formats[0] if formats else "General"
    points: dict[int, str] = {}
    levels = _descendants(element, "lvl") or [element]
    for depth, level in enumerate(levels):
        own = {int(attribute(point, "idx") or 0): _value(point, number_format) for point in _descendants(level, "pt")}
        if depth == 0:
            points = own
            continue
        # A label of an outer level holds until the next one.
        label = ""
        for index in sorted(points):
            label = own.get(index, label)
            points[index] = f"{label} {points[index]}".strip()
    return points


def _value(point: Any, number_format: str) -> str:
    value = _child(point, "v")
    text = (value.text or "") if value is not None else ""
    try:
        return shown(float(text), attribute(point, "formatCode") or number_format)
    except ValueError:
        return text


def chart_title(chart: Any) -> str:
    """The title of a chart part's root; empty if it has none."""
    titles = [title for title in _descendants(chart, "title") if local(title.getparent()) == "chart"]
    return "\n".join(inline_text(line) for title in titles for line in _descendants(title, "p")).strip()


def chart_tables(chart: Any) -> list[list[list[str]]]:
    """The tables of a chart part's root, one for each kind of drawing in it."""
    tables = []
    plots = dict.fromkeys(series.getparent() for series in _descendants(chart, "ser"))
    for plot in plots:
        header, columns = [""], []
        labels: dict[int, str] = {}
        for series in (each for each in plot if local(each) == "ser"):
            name = _points(_child(series, "tx"))
            header.append(next(iter(name.values()), "") or _literal(_child(series, "tx")))
            labels = _points(_child(series, *_ALONG)) | labels
            columns.append(_points(_child(series, *_VALUES)))
        places = sorted({place for column in [labels, *columns] for place in column})
        rows = [[labels.get(place, ""), *(column.get(place, "") for column in columns)] for place in places]
        tables.append([header, *rows])
    return tables


def _literal(element: Any | None) -> str:
    """A series name that is written out instead of taken from a cell."""
    return "".join(value.text or "" for value in _descendants(element, "v")) if element is not None else ""


def add_chart(builder: TextBuilder, chart: Any, page: int | None = None) -> None:
    """Add a chart's title and data."""
    builder.add(BlockKind.PARAGRAPH, chart_title(chart), page=page)
    for table in chart_tables(chart):
        for line in table_lines(table):
            builder.add(BlockKind.TABLE_ROW, line, page=page)
