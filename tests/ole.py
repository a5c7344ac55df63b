"""Builds small OLE compound files ([MS-CFB]) and Outlook mails ([MS-OXMSG]) for tests."""

from __future__ import annotations

import struct
from collections.abc import Mapping, Sequence
from itertools import pairwise

SECTOR, MINI = 512, 64
END, FREE, FAT = 0xFFFFFFFE, 0xFFFFFFFF, 0xFFFFFFFD
#: 2024-11-05 08:30 UTC in tenths of microseconds since 1601.
SENT = 133752690000000000


def _chain(first: int, count: int) -> list[int]:
    return [*range(first + 1, first + count), END] if count else []


def _padded(data: bytes, size: int) -> bytes:
    return data + b"\0" * (-len(data) % size)


def _entry(name: str, kind: int, right: int, child: int, start: int, size: int) -> bytes:
    coded = name.encode("utf-16-le") + b"\0\0"
    head = coded.ljust(64, b"\0") + struct.pack("<HBBIII", len(coded), kind, 1, FREE, right, child)
    return head + b"\0" * 36 + struct.pack("<IQ", start, size)


def make_ole(files: Mapping[str, bytes]) -> bytes:
    """A compound file of small streams, named by paths with `/`."""
    mini, minifat, places = b"", [], {}
    for path, data in files.items():
        count = -(-len(data) // MINI)
        places[path] = len(minifat) if count else END
        minifat += _chain(len(minifat), count)
        mini += _padded(data, MINI)
    folders = sorted({path.rpartition("/")[0] for path in files} - {""})
    nodes = ["", *folders, *files]
    children: dict[str, list[str]] = {}
    for node in nodes[1:]:
        children.setdefault(node.rpartition("/")[0], []).append(node)
    right = {one: nodes.index(two) for kids in children.values() for one, two in pairwise(kids)}
    mini_count = -(-len(mini) // SECTOR)
    entries = b""
    for node in nodes:
        child = nodes.index(children[node][0]) if node in children else FREE
        name = node.rpartition("/")[2] or "Root Entry"
        if node in files:
            entries += _entry(name, 2, right.get(node, FREE), FREE, places[node], len(files[node]))
        else:
            start, size = (0 if mini else END, len(mini)) if not node else (0, 0)
            entries += _entry(name, 1 if node else 5, right.get(node, FREE), child, start, size)
    entries = _padded(entries, SECTOR)
    table = _padded(struct.pack(f"<{len(minifat)}I", *minifat), SECTOR)
    sectors = [mini_count, len(entries) // SECTOR, len(table) // SECTOR]
    fat: list[int] = []
    for count in sectors:
        fat += _chain(len(fat), count)
    fat.append(FAT)
    assert len(fat) <= SECTOR // 4, "too large for this little builder"
    fat += [FREE] * (SECTOR // 4 - len(fat))
    used = sum(sectors)
    header = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 16 + struct.pack("<HHHHH", 0x3E, 3, 0xFFFE, 9, 6) + b"\0" * 6
    header += struct.pack("<IIIIIIIII", 0, 1, mini_count, 0, 4096, mini_count + sectors[1], sectors[2], END, 0)
    header += struct.pack("<109I", used, *[FREE] * 108)
    return header + _padded(mini, SECTOR) + entries + table + struct.pack("<128I", *fat)


def _properties(head: int, numbers: Mapping[int, int]) -> bytes:
    return b"\0" * head + b"".join(
        struct.pack("<IIq", number << 16 | (0x40 if value > 2**32 else 3), 6, value)
        for number, value in numbers.items()
    )


def _texts(folder: str, texts: Mapping[int, str | bytes]) -> dict[str, bytes]:
    return {
        f"{folder}__substg1.0_{number:04X}{'0102' if isinstance(value, bytes) else '001F'}": value
        if isinstance(value, bytes)
        else value.encode("utf-16-le")
        for number, value in texts.items()
    }


def make_msg(
    texts: Mapping[int, str | bytes],
    numbers: Mapping[int, int] | None = None,
    recipients: Sequence[tuple[int, str, str]] = (),
    attachments: Sequence[Mapping[int, str | bytes]] = (),
) -> bytes:
    """An Outlook mail of properties by their number; a recipient is (1 to, 2 cc, 3 bcc; name; address)."""
    files = {"__properties_version1.0": _properties(32, numbers or {}), **_texts("", texts)}
    for place, (kind, name, address) in enumerate(recipients):
        folder = f"__recip_version1.0_#{place:08X}/"
        files[f"{folder}__properties_version1.0"] = _properties(8, {0x0C15: kind})
        files |= _texts(folder, {0x3001: name, 0x39FE: address})
    for place, attachment in enumerate(attachments):
        folder = f"__attach_version1.0_#{place:08X}/"
        files[f"{folder}__properties_version1.0"] = _properties(8, {})
        files |= _texts(folder, attachment)
    return make_ole(files)
