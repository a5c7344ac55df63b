"""A plot as SVG: lines with bands, points with whiskers, one frame; its colours are the classes of the page's style.

A drawing library would bring colours of its own, which do not follow a page from light to dark, and further
packages; what is drawn here is polylines.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from html import escape

from evals.plots.axis import Axis

_WIDTH, _HEIGHT = 460, 290
_LEFT, _RIGHT, _TOP, _BOTTOM = 54, 14, 28, 46
#: Width of a letter of the labels, in units of the drawing, on average.
_LETTER = 6.4
_LINE = 14
#: Kinds of line there are in the style: more would not be told apart.
KINDS = 5


@dataclass(frozen=True)
class Line:
    """A named line through points (x, y) in order; `band` gives (x, low, high) around it, `marked` shows its points."""

    name: str
    points: tuple[tuple[float, float], ...]
    band: tuple[tuple[float, float, float], ...] = ()
    marked: bool = True


@dataclass(frozen=True)
class Spot:
    """A labelled point with the interval of its y; `strong` ones stand out."""

    label: str
    x: float
    y: float
    low: float | None = None
    high: float | None = None
    strong: bool = False


@dataclass(frozen=True)
class Plot:
    """What is drawn: `title` in a few words, `summary` what a reader who cannot see it should know."""

    title: str
    summary: str
    x: Axis
    y: Axis
    lines: tuple[Line, ...] = ()
    spots: tuple[Spot, ...] = ()
    name: str = "plot"


@dataclass(frozen=True)
class _Box:
    """Place taken by a label."""

    left: float
    top: float
    right: float
    bottom: float

    def meets(self, other: _Box) -> bool:
        return (
            self.left < other.right and other.left < self.right and self.top < other.bottom and other.top < self.bottom
        )


def _x(plot: Plot, value: float) -> float:
    return _LEFT + plot.x.share(value) * (_WIDTH - _LEFT - _RIGHT)


def _y(plot: Plot, value: float) -> float:
    return _HEIGHT - _BOTTOM - plot.y.share(value) * (_HEIGHT - _TOP - _BOTTOM)


def _text(x: float, y: float, words: str, anchor: str, kind: str = "") -> str:
    named = f' class="{kind}"' if kind else ""
    return f'<text x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}"{named}>{escape(words)}</text>'


def _frame(plot: Plot) -> Iterator[str]:
    bottom, right = _HEIGHT - _BOTTOM, _WIDTH - _RIGHT
    for value, words in plot.y.ticks:
        at = _y(plot, value)
        yield f'<path class="grid" d="M{_LEFT} {at:.1f}H{right}"/>'
        yield _text(_LEFT - 7, at + 4, words, "end")
    for number, (value, words) in enumerate(plot.x.ticks):
        at = _x(plot, value)
        # A label at an end of the axis may not leave the drawing.
        last = number == len(plot.x.ticks) - 1 and at + _LETTER * len(words) / 2 > _WIDTH - 2
        yield f'<path class="grid" d="M{at:.1f} {bottom}v4"/>'
        yield _text(_WIDTH - 2 if last else at, bottom + 18, words, "end" if last else "middle")
    yield f'<path class="axis" d="M{_LEFT} {bottom}H{right}"/>'
    yield _text((_LEFT + right) / 2, _HEIGHT - 8, plot.x.label, "middle", "label")
    yield _text(4, 13, plot.y.label, "start", "label")


def _path(plot: Plot, points: Sequence[tuple[float, float]]) -> str:
    return "M" + "L".join(f"{_x(plot, x):.1f} {_y(plot, y):.1f}" for x, y in points)


def _line(plot: Plot, line: Line, kind: int) -> Iterator[str]:
    if len(line.band) > 1:
        upper = [(x, high) for x, _, high in line.band]
        lower = [(x, low) for x, low, _ in reversed(line.band)]
        yield f'<path class="around s{kind}" d="{_path(plot, [*upper, *lower])}Z"/>'
    if len(line.points) > 1:
        yield f'<path class="line s{kind}" d="{_path(plot, line.points)}"/>'
    if line.marked or len(line.points) == 1:
        for x, low, high in line.band if len(line.band) == 1 else ():
            yield _whisker(plot, x, low, high, kind)
        for x, y in line.points:
            yield f'<circle class="dot s{kind}" cx="{_x(plot, x):.1f}" cy="{_y(plot, y):.1f}" r="3.5"/>'


def _whisker(plot: Plot, x: float, low: float, high: float, kind: int) -> str:
    return f'<path class="whisker s{kind}" d="M{_x(plot, x):.1f} {_y(plot, low):.1f}V{_y(plot, high):.1f}"/>'


def _spots(plot: Plot) -> Iterator[str]:
    dots = [_Box(_x(plot, s.x) - 5, _y(plot, s.y) - 5, _x(plot, s.x) + 5, _y(plot, s.y) + 5) for s in plot.spots]
    for spot in plot.spots:
        if spot.low is not None and spot.high is not None:
            yield _whisker(plot, spot.x, spot.low, spot.high, 0 if spot.strong else 1)
    for spot in plot.spots:
        kind = "strong s0" if spot.strong else "hollow s1"
        yield (
            f'<circle class="dot {kind}" cx="{_x(plot, spot.x):.1f}" cy="{_y(plot, spot.y):.1f}" r="5">'
            f"<title>{escape(spot.label)}</title></circle>"
        )
    taken = list(dots)
    # Those that stand out are labelled first; a label that finds no place is left to the table and the title.
    for spot in sorted(plot.spots, key=lambda each: not each.strong):
        placed = _label_place(plot, spot, taken)
        if placed:
            box, x, anchor = placed
            taken.append(box)
            yield _text(x, box.bottom - 3, spot.label, anchor, "spot")


def _label_place(plot: Plot, spot: Spot, taken: Sequence[_Box]) -> tuple[_Box, float, str] | None:
    x, y, width = _x(plot, spot.x), _y(plot, spot.y), _LETTER * len(spot.label) + 2
    for anchor, left in (("start", x + 9), ("end", x - 9 - width), ("middle", x - width / 2)):
        offsets = (-_LINE / 2, -_LINE * 1.4, _LINE * 0.4) if anchor != "middle" else (-_LINE - 8, 8)
        for offset in offsets:
            box = _Box(left, y + offset, left + width, y + offset + _LINE)
            inside = (
                box.left >= _LEFT
                and box.right <= _WIDTH
                and box.top >= _TOP - _LINE / 2
                and box.bottom <= _HEIGHT - _BOTTOM
            )
            if inside and not any(box.meets(other) for other in taken):
                return box, {"start": left, "end": left + width, "middle": x}[anchor], anchor
    return None


def render(plot: Plot) -> str:
    """The plot as one `<svg>` element; every word in it is escaped, its title and summary are read to those who listen.

    `plot.name` has to be an identifier of its own within the page.
    """
    parts = [*_frame(plot)]
    for number, line in enumerate(plot.lines):
        parts += _line(plot, line, number % KINDS)
    parts += _spots(plot)
    name = escape(plot.name)
    return (
        f'<svg class="plot" viewBox="0 0 {_WIDTH} {_HEIGHT}" role="img" '
        f'aria-labelledby="{name}-title {name}-desc"><title id="{name}-title">{escape(plot.title)}</title>'
        f'<desc id="{name}-desc">{escape(plot.summary)}</desc>{"".join(parts)}</svg>'
    )


def legend(plot: Plot) -> str:
    """What the lines are, as a list with a sample of each; nothing for a single line."""
    if len(plot.lines) < 2:
        return ""
    entries = "".join(
        f'<li><svg viewBox="0 0 26 10" aria-hidden="true"><path class="line s{number % KINDS}" d="M1 5H25"/></svg>'
        f"{escape(line.name)}</li>"
        for number, line in enumerate(plot.lines)
    )
    return f'<ul class="legend">{entries}</ul>'
