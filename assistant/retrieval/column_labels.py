"""The line of a table that labels its columns: it names what is asked for, and says nothing of it.

Its words stand in every row below it ("Ellen Tarn | March: 88.1 | June: 73.4" under "Reservoir | March | June"), and
being all name it is often nearer to a question than the row that answers.
"""

from __future__ import annotations

from collections.abc import Iterable

#: What stands between the cells of a row, and between a cell and its label.
_CELL, _LABEL = " | ", ": "


def labels_columns(line: str, below: Iterable[str]) -> bool:
    """Whether a row of a table does nothing but label the columns of the rows below it.

    Args:
        line: the row.
        below: the rows behind it, in order; the first that carries labels tells.
    """
    cells = set(line.split(_CELL))
    for row in below:
        own = {label for label, mark, _ in (cell.partition(_LABEL) for cell in row.split(_CELL)[1:]) if mark}
        if own:
            return own <= cells
    return False
