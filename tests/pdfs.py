"""PDF files made by hand: pages of text lines, pages without text, a locked one."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass

#: The padding of short passwords (PDF 32000-1, 7.6.3.3).
_PAD = bytes.fromhex("28BF4E5E4E758A4164004E56FFFA01082E2E00B6D0683E802F0CA9FE6453697A")


def _rc4(key: bytes, data: bytes) -> bytes:
    state = list(range(256))
    j = 0
    for i in range(256):
        j = (j + state[i] + key[i % len(key)]) % 256
        state[i], state[j] = state[j], state[i]
    out, i, j = bytearray(), 0, 0
    for byte in data:
        i = (i + 1) % 256
        j = (j + state[i]) % 256
        state[i], state[j] = state[j], state[i]
        out.append(byte ^ state[(state[i] + state[j]) % 256])
    return bytes(out)


def _encryption(user: str, owner: str, file_id: bytes) -> tuple[bytes, bytes]:
    """The key and the dictionary of the standard handler, revision 2: 40-bit RC4 (PDF 32000-1, 7.6.3)."""
    permissions = -4
    padded = (user.encode() + _PAD)[:32]
    owner_entry = _rc4(hashlib.md5((owner.encode() + _PAD)[:32]).digest()[:5], padded)
    seed = padded + owner_entry + permissions.to_bytes(4, "little", signed=True) + file_id
    key = hashlib.md5(seed).digest()[:5]
    user_entry = _rc4(key, _PAD)
    return key, (
        f"<< /Filter /Standard /V 1 /R 2 /O <{owner_entry.hex()}> /U <{user_entry.hex()}> /P {permissions} >>"
    ).encode()


@dataclass(frozen=True)
class Styled:
    """A line at the left margin in a type of its own: `font` is Helvetica, -Bold or -Oblique by its last word."""

    text: str
    size: int = 11
    font: str = ""


#: A line of a page: text at the left margin, or texts at their own distances from the left edge, in points, each in a
#: font of its own if one is named.
Line = str | Styled | Sequence[tuple[int, str] | tuple[int, str, str]]
_FONTS = {"": "F1", "Bold": "F2", "Oblique": "F3"}


def _content(lines: Sequence[Line]) -> bytes:
    shown = []
    for number, line in enumerate(lines):
        style = line if isinstance(line, Styled) else Styled("")
        words = [(60, line.text)] if isinstance(line, Styled) else [(60, line)] if isinstance(line, str) else line
        for left, text, *font in words:
            shown.append(f"/{_FONTS[font[0] if font else style.font]} {style.size} Tf\n")
            escaped = text.replace("\\", r"\\").replace("(", r"\(").replace(")", r"\)")
            shown.append(f"1 0 0 1 {left} {760 - 14 * number} Tm ({escaped}) Tj\n")
    return f"BT {''.join(shown)}ET".encode("cp1252")


def make_pdf(
    pages: Sequence[Sequence[Line]], *, title: str = "", author: str = "", created: str = "", password: str = ""
) -> bytes:
    """A PDF with one page for each list of lines; an empty list gives a page without text."""
    count = len(pages)
    file_id = b"0123456789abcdef"
    key, encryption = _encryption(password, "owner", file_id) if password else (b"", b"")
    kids = " ".join(f"{6 + 2 * i} 0 R" for i in range(count))
    facts = "".join(
        f"/{key} ({value})" for key, value in (("Title", title), ("Author", author), ("CreationDate", created)) if value
    )
    objects = [
        b"<< /Type /Catalog /Pages 2 0 R >>",
        f"<< /Type /Pages /Count {count} /Kids [{kids}] >>".encode(),
        *(
            f"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica{kind} /Encoding /WinAnsiEncoding >>".encode()
            for kind in ("", "-Bold", "-Oblique")
        ),
    ]
    for index, lines in enumerate(pages):
        stream = _content(lines)
        if key:
            # Each object has a key of its own (7.6.2).
            number = (7 + 2 * index).to_bytes(3, "little") + bytes(2)
            stream = _rc4(hashlib.md5(key + number).digest()[:10], stream)
        objects.append(
            f"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 612 792] /Resources "
            f"<< /Font << /F1 3 0 R /F2 4 0 R /F3 5 0 R >> >> /Contents {7 + 2 * index} 0 R >>".encode()
        )
        objects.append(b"<< /Length %d >>\nstream\n%s\nendstream" % (len(stream), stream))
    objects.append(f"<< {facts} >>".encode())
    trailer = f"/Root 1 0 R /Info {len(objects)} 0 R"
    if password:
        objects.append(encryption)
        trailer += f" /Encrypt {len(objects)} 0 R /ID [<{file_id.hex()}> <{file_id.hex()}>]"
    out = bytearray(b"%PDF-1.7\n")
    places = []
    for number, body in enumerate(objects, start=1):
        places.append(len(out))
        out += b"%d 0 obj\n%s\nendobj\n" % (number, body)
    start = len(out)
    out += f"xref\n0 {len(objects) + 1}\n0000000000 65535 f \n".encode()
    out += b"".join(b"%010d 00000 n \n" % place for place in places)
    out += f"trailer\n<< /Size {len(objects) + 1} {trailer} >>\nstartxref\n{start}\n%%EOF\n".encode()
    return bytes(out)


def make_scan(pages: Sequence[Sequence[str]], *, pictures: Sequence[int]) -> bytes:
    """A PDF as `make_pdf` makes it, in which the pages of these numbers are pictures of their lines."""
    from io import BytesIO

    import pypdfium2

    typed = pypdfium2.PdfDocument(make_pdf(pages))
    made = pypdfium2.PdfDocument.new()
    for number in range(1, len(pages) + 1):
        if number not in pictures:
            made.import_pages(typed, [number - 1])
            continue
        drawn = typed[number - 1].render(scale=150 / 72, grayscale=True)
        bitmap = pypdfium2.PdfBitmap.from_pil(drawn.to_pil().convert("RGB"))
        picture = pypdfium2.PdfImage.new(made)
        picture.set_bitmap(bitmap)
        picture.set_matrix(pypdfium2.PdfMatrix().scale(612, 792))
        page = made.new_page(612, 792)
        page.insert_obj(picture)
        page.gen_content()
    out = BytesIO()
    made.save(out)
    return out.getvalue()
