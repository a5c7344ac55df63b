"""The words of an office paragraph: runs, links, fields, and equations written in a line."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable
from typing import Any

from assistant.documents.office import attribute, local

#: Elements that stand for a character.
_GLYPHS = {"tab": "\t", "ptab": "\t", "br": "\n", "cr": "\n", "noBreakHyphen": "-"}
#: Deleted and moved text, the second copy of what newer programs draw, readings above characters, field codes; and
#: text boxes, which are blocks of their own.
_LEFT_OUT = {"del", "moveFrom", "Fallback", "txbxContent", "rt", "instrText", "delText", "delInstrText"}
_MATH = "{http://schemas.openxmlformats.org/officeDocument/2006/math}"
#: Function application is a blank to a reader; invisible times, comma and plus are nothing.
_MATH_MARKS = {0x2061: " ", 0x2062: "", 0x2063: "", 0x2064: ""}
#: Letters in mathematical dress, which nobody types into a search.
_DRESSED = range(0x1D400, 0x1D800)


def inline_text(element: Any) -> str:
    """The words of an element in reading order; equations in a line, as in `a/(b+c)`, `x^2`, `√(y)`."""
    name = local(element)
    if not name or name in _LEFT_OUT or name.endswith("Pr"):
        return ""
    if name == "t":
        return _math_letters(element.text or "") if element.tag.startswith(_MATH) else element.text or ""
    if name in _GLYPHS:
        return _GLYPHS[name]
    if name == "fld" and attribute(element, "type") == "slidenum":
        return ""
    if element.tag.startswith(_MATH) and name in _STRUCTURES:
        return _STRUCTURES[name](element)
    return _joined(element)


def _joined(elements: Iterable[Any]) -> str:
    text, built = "", False
    for element in elements:
        piece = inline_text(element)
        # "10^-4" and the unit behind it stand apart on paper by their height alone.
        text += f" {piece}" if built and text[-1:].isalnum() and piece[:1].isalnum() else piece
        built = local(element) in _STRUCTURES and element.tag.startswith(_MATH)
    return text


def _math_letters(text: str) -> str:
    return "".join(unicodedata.normalize("NFKC", c) if ord(c) in _DRESSED else c for c in text.translate(_MATH_MARKS))


def _piece(element: Any, name: str) -> str:
    """The words of an equation's child by its name."""
    return _joined(child for child in element if local(child) == name)


def _group(text: str) -> str:
    """Text in brackets, unless it is one word or number or has them already."""
    text = text.strip()
    inner = text.lstrip("-−")
    whole = text.startswith("(") and text.endswith(")") and ")" not in text[1:-1]
    return text if whole or inner.replace(".", "", 1).isalnum() or len(text) < 2 else f"({text})"


def _property(element: Any, name: str, default: str) -> str:
    """A value from an equation's properties, such as the sign of a sum."""
    for properties in element:
        if local(properties).endswith("Pr"):
            for child in properties:
                if local(child) == name:
                    return attribute(child, "val") or ""
    return default


def _scripts(element: Any, base: str) -> str:
    sub, sup = _piece(element, "sub"), _piece(element, "sup")
    return base + (f"_{_group(sub)}" if sub.strip() else "") + (f"^{_group(sup)}" if sup.strip() else "")


def _fraction(element: Any) -> str:
    return f"{_group(_piece(element, 'num'))}/{_group(_piece(element, 'den'))}"


def _scripted(element: Any) -> str:
    return _scripts(element, _piece(element, "e"))


def _sum(element: Any) -> str:
    return f"{_scripts(element, _property(element, 'chr', '∫'))} {_piece(element, 'e')}"


def _root(element: Any) -> str:
    return f"{_piece(element, 'deg').strip()}√({_piece(element, 'e').strip()})"


def _bracketed(element: Any) -> str:
    parts = [_joined(child) for child in element if local(child) == "e"]
    begin, end = _property(element, "begChr", "("), _property(element, "endChr", ")")
    return begin + _property(element, "sepChr", "|").join(parts) + end


def _function(element: Any) -> str:
    return f"{_piece(element, 'fName').rstrip()} {_piece(element, 'e').lstrip()}"


def _matrix(element: Any) -> str:
    rows = [[_joined(cell) for cell in row if local(cell) == "e"] for row in element if local(row) == "mr"]
    return "; ".join(", ".join(row) for row in rows)


#: How what stands above and below a line is written in it.
_STRUCTURES = {
    "f": _fraction,
    "sSup": _scripted,
    "sSub": _scripted,
    "sSubSup": _scripted,
    "sPre": _scripted,
    "nary": _sum,
    "rad": _root,
    "d": _bracketed,
    "func": _function,
    "m": _matrix,
}
