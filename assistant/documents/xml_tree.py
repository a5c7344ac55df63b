"""XML as a tree, parsed so that nothing is fetched and nothing swells: entities of a file's own are refused."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from assistant.errors import DocumentError

if TYPE_CHECKING:
    from lxml.etree import _Element

#: A document type with declarations of its own, before the first element.
_OWN_DECLARATIONS = re.compile(rb"\s*(?:<\?.*?\?>\s*|<!--.*?-->\s*)*<!DOCTYPE[^>\[]*\[", re.DOTALL)


def parse_xml(data: bytes, name: str) -> _Element:
    """The root of an XML file, without comments and processing instructions.

    Raises:
        DocumentError: not well-formed, nested or swollen beyond the parser's limits, or with entities of its own.
    """
    from lxml import etree

    # Encodings of two bytes a letter would hide the declarations from the pattern.
    plain = data.replace(b"\0", b"").removeprefix(b"\xef\xbb\xbf").removeprefix(b"\xff\xfe").removeprefix(b"\xfe\xff")
    if b"<!ENTITY" in plain and _OWN_DECLARATIONS.match(plain):
        raise _own_entities(name)
    parser = etree.XMLParser(
        resolve_entities=False, no_network=True, load_dtd=False, dtd_validation=False, huge_tree=False,
        remove_comments=True, remove_pis=True,
    )  # fmt: skip
    try:
        root: _Element = etree.fromstring(data, parser)
    except (etree.XMLSyntaxError, ValueError, LookupError) as error:
        reason = str(error).split(", line")[0]
        raise DocumentError(
            f"{name} is not XML that can be read ({reason})", "Correct it, or save its text as .txt and add that."
        ) from error
    if any(not isinstance(element.tag, str) for element in root.iter()):
        raise _own_entities(name)
    return root


def _own_entities(name: str) -> DocumentError:
    return DocumentError(
        f"{name} declares entities of its own, which are not followed", "Save it with plain text in their place."
    )
