"""Figures in text: found, read and compared by value, unit and sense of range. Pure functions.

A figure is a number with what belongs to it: `$10–15 billion`, `about 10%`, `1.6GW`, `July 1`, `Q2 2023`,
`about half`, `a few hundred`. Values are decimals in base units (billions written out), so that
`$10-15 billion` and `10 to 15bn dollars` are the same figure.
"""

from assistant.answering.figures.model import Figure
from assistant.answering.figures.reading import figures, source_figures
from assistant.answering.figures.same import keeps_sense, made_up, same_figure, supported
from assistant.answering.figures.vocabulary import CURRENCIES

__all__ = ["CURRENCIES", "Figure", "figures", "keeps_sense", "made_up", "same_figure", "source_figures", "supported"]
