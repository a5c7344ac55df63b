"""What a Word paragraph is: its style says whether it is a heading or a list item, unless it says so itself."""

from __future__ import annotations

import re
from typing import Any, NamedTuple

from assistant.documents.office import attribute, local
from assistant.documents.word_lists import child, value

_HEADING = re.compile(r"heading (\d)$")
#: The style's name in the file is English whatever the language of the program.
_CAPTION = "caption"
#: This outline level, and what is deeper, is running text (ECMA-376, part 1, 17.3.1.20).
_BODY_TEXT = 9


class Role(NamedTuple):
    """The level of a heading (0 for none), the list a paragraph is an item of with its depth there, and whether it is
    the caption of a table or picture.
    """

    level: int
    list_number: str | None
    depth: int
    caption: bool


class _Style(NamedTuple):
    name: str
    parent: str | None
    properties: Any | None


class Styles:
    """The paragraph styles of a document."""

    def __init__(self, part: Any | None) -> None:
        self._styles: dict[str, _Style] = {}
        self._default = ""
        for style in part if part is not None else ():
            if local(style) == "style" and attribute(style, "type") == "paragraph":
                identity = attribute(style, "styleId") or ""
                self._styles[identity] = _Style(
                    (value(style, "name") or "").lower(), value(style, "basedOn"), child(style, "pPr")
                )
                if attribute(style, "default") in ("1", "true"):
                    self._default = identity

    def _chain(self, identity: str | None) -> list[_Style]:
        """A style and all it is based on."""
        chain: list[_Style] = []
        while identity in self._styles and len(chain) < len(self._styles):
            chain.append(self._styles[identity])
            identity = chain[-1].parent
        return chain

    def role(self, paragraph: Any) -> Role:
        """What a paragraph is."""
        own = child(paragraph, "pPr")
        chain = self._chain((value(own, "pStyle") if own is not None else None) or self._default)
        sources = [source for source in (own, *(style.properties for style in chain)) if source is not None]
        number = next((found for source in sources if (found := value(source, "numPr", "numId")) is not None), None)
        depth = next((found for source in sources if (found := value(source, "numPr", "ilvl")) is not None), "0")
        caption = any(style.name == _CAPTION for style in chain)
        return Role(self._level(sources, chain), number if number != "0" else None, int(depth), caption)

    def _level(self, sources: list[Any], chain: list[_Style]) -> int:
        outline = next((found for source in sources if (found := value(source, "outlineLvl")) is not None), None)
        if outline is not None:
            return int(outline) + 1 if int(outline) < _BODY_TEXT else 0
        for style in chain:
            if style.name == "title":
                return 1
            if match := _HEADING.match(style.name):
                return int(match.group(1))
        return 0
