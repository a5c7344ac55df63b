"""Mails (.eml, .msg) and saved pages (.mhtml): their head, words, attachments, and what is wrong with broken ones."""

from __future__ import annotations

import base64
import struct

import pytest
from document_parts import parts
from document_parts import read as read_as
from ole import SENT, make_msg, make_ole

from assistant.documents import BlockKind, Document
from assistant.errors import DocumentError

HEAD = """From: =?utf-8?q?J=C3=BCrgen_Lee?= <ann@example.com>
To: Bo Ek <bo@example.com>,
 cy@example.com
Cc: dee@example.com
Subject: =?utf-8?b?TGVhc2UgcmV2aWV3?=
Date: Tue, 05 Nov 2024 09:30:00 +0100
MIME-Version: 1.0
"""
PLAIN = (
    "The lease runs for ten years, said the landlord of the harbour.\n\n> What is the rent?\n> Is it fixed?\n\nIt is."
)
TABLE = "<table><tr><td>Site</td><td>MW</td></tr><tr><td>Oslo</td><td>112</td></tr></table>"
HTML = f"<p>Short words.</p><ul><li>One</li></ul>{TABLE}"
CODED = base64.b64encode("café".encode()).decode()
ALTERNATIVE = "alternative"


def read(data: bytes | str, name: str = "mail.eml") -> Document:
    return read_as(data, name)


def refused(data: bytes | str, name: str = "mail.eml") -> str:
    with pytest.raises(DocumentError) as caught:
        read(data, name)
    assert caught.value.next_step and "\n" not in str(caught.value)
    return str(caught.value)


def mixed(*inner: str, kind: str = "mixed", mark: str = "=edge=") -> str:
    return (
        f'Content-Type: multipart/{kind}; boundary="{mark}"\n\n'
        + "".join(f"--{mark}\n{part}\n" for part in inner)
        + f"--{mark}--\n"
    )


def part(kind: str, body: str, more: str = "") -> str:
    return f"Content-Type: {kind}; charset=utf-8\n{more}\n{body}"


def test_a_plain_mail() -> None:
    document = read(HEAD + "\n" + PLAIN)
    assert (document.title, document.date) == ("Lease review", "2024-11-05")
    assert document.author == "Jürgen Lee <ann@example.com>"
    assert document.notes == ()
    assert parts(document) == [
        (BlockKind.HEADING, "Lease review"),
        (
            BlockKind.PARAGRAPH,
            "From: Jürgen Lee <ann@example.com>\nTo: Bo Ek <bo@example.com>, cy@example.com\nCc: dee@example.com\n"
            "Date: Tue, 05 Nov 2024 09:30:00 +0100",
        ),
        (BlockKind.PARAGRAPH, "The lease runs for ten years, said the landlord of the harbour."),
        (BlockKind.PARAGRAPH, "> What is the rent?"),
        (BlockKind.PARAGRAPH, "> Is it fixed?"),
        (BlockKind.PARAGRAPH, "It is."),
    ]


@pytest.mark.parametrize(
    ("body", "words", "absent"),
    [
        (part("text/html", HTML), ["Short words.", "- One", "Oslo | MW: 112"], "<p>"),
        (mixed(part("text/plain", "Plain form."), part("text/html", HTML), kind=ALTERNATIVE), ["Plain form."], "Short"),
        (mixed(part("text/plain", " "), part("text/html", HTML), kind=ALTERNATIVE), ["Short words."], "<p>"),
        (mixed(part("text/plain", "One."), part("text/plain", "Two.")), ["One.", "Two."], "edge"),
        (part("text/plain", "caf=C3=A9", "Content-Transfer-Encoding: quoted-printable\n"), ["café"], "="),
        (part("text/plain", CODED, "Content-Transfer-Encoding: base64\n"), ["café"], "Y2"),
    ],
    ids=["html", "plain first", "empty plain", "two texts", "quoted-printable", "base64"],
)  # fmt: skip
def test_bodies(body: str, words: list[str], absent: str) -> None:
    document = read(HEAD + body)
    text = document.text.split("+0100")[1]
    assert all(each in text for each in words)
    assert absent not in text
    assert document.notes == ()


@pytest.mark.parametrize("charset", ["iso-2022-jp", "koi8-r", "utf-16", "utf-8", "windows-1252", "us-ascii", "no-such"])
def test_charsets(charset: str) -> None:
    said = {"iso-2022-jp": "会社", "koi8-r": "Компания", "windows-1252": "“façade”"}.get(charset, "“façade”")
    coded = said.encode({"us-ascii": "cp1252", "no-such": "utf-8"}.get(charset, charset))
    data = f"Subject: x\nContent-Type: text/plain; charset={charset}\nContent-Transfer-Encoding: base64\n\n"
    assert said in read(data.encode() + base64.b64encode(coded)).text


def test_attachments_are_named_never_dropped() -> None:
    forwarded = "Content-Type: message/rfc822\n\nSubject: Older mail\n\nOld words."
    body = mixed(
        part("text/plain", "See the files."),
        part("text/plain", "Attached words.", 'Content-Disposition: attachment; filename="notes.txt"\n'),
        part("application/pdf", "JVBERg==", "Content-Disposition: attachment;\n filename*=utf-8''b%C3%BCcher.pdf\n"),
        part("image/png", "x", "Content-Disposition: inline\n"),
        forwarded,
    )
    document = read(HEAD + body)
    assert "Attached words" not in document.text
    assert document.notes == (
        "attachments not read: notes.txt, bücher.pdf, a part without a name (image/png), the mail “Older mail” "
        "(save and add what you need)",
    )


@pytest.mark.parametrize(
    ("body", "note"),
    [
        ("\n", "no text of its own"),
        ("Content-Type: application/pkcs7-mime; name=smime.p7m\n\nxx", "encrypted or sealed"),
        (mixed(part("application/pdf", "x"), kind="mixed"), "attachment not read: a part without a name"),
    ],
)
def test_notes(body: str, note: str) -> None:
    assert note in "; ".join(read(HEAD + body).notes)


@pytest.mark.parametrize(
    ("charset", "data", "said"),
    [
        # Characters that the charset lacks and senders use all the same.
        ("gb2312", "月报朱镕基".encode("gbk"), "月报朱镕基"),
        ("shift_jis", "①月次報告㈱".encode("cp932"), "①月次報告㈱"),
        ("euc-kr", "월간보고똠".encode("cp949"), "월간보고똠"),
        ("iso-2022-jp", "月次報告".encode("iso2022_jp") + b"\x1b$B-!\x1b(B.", "月次報告"),
    ],
)
def test_charsets_as_senders_use_them(charset: str, data: bytes, said: str) -> None:
    coded = base64.b64encode(data).decode()
    head = f"Subject: =?{charset}?b?{coded}?=\nContent-Type: text/plain; charset={charset}\n"
    body = f"Content-Transfer-Encoding: base64\n\n{coded}\n"
    document = read((head + body).encode())
    assert document.title.startswith(said) and document.text.count(said) == 2


@pytest.mark.parametrize(
    ("head", "author", "date"),
    [
        ("From: \xe9ric <e@x>\nDate: 5 Nov 2024", "éric <e@x>", None),
        ("From: =?nope?b?!!!?= <e@x>\nDate: yesterday", "=?nope?b?!!!?= <e@x>", None),
        ("From: " + "(" * 5000 + "\nDate: Tue, 32 Nov 2024 09:30:00", "(" * 5000, None),
        ("Subject: x\nContent-Type: ;;;=\nDate: 05 Nov 2024 09:30:00 -0000", None, "2024-11-05"),
        ("Subject: x\nContent-Type: text/plain; charset=\"\nContent-Disposition: ;;", None, None),
    ],
)  # fmt: skip
def test_heads_that_break_the_rules(head: str, author: str | None, date: str | None) -> None:
    document = read(head.encode("latin-1") + b"\n\nWords of the mail.")
    assert (document.author, document.date) == (author, date)
    assert "Words of the mail." in document.text


def deep_mail(depth: int) -> str:
    body = part("text/plain", "deep words")
    for level in range(depth):
        body = mixed(body, mark=f"b{level}")
    return HEAD + body


@pytest.mark.parametrize(
    ("data", "says"),
    [
        (b"\x00\x01\x02" * 90, "not a mail"),
        ("just words\nand more", "not a mail"),
        (HEAD.encode() + b"\n" + b"\x00\x01" * 90, "binary"),
        (deep_mail(1500), "nested too deeply"),
    ],
    ids=["binary", "words", "binary body", "deep"],
)
def test_bad_mails(data: bytes | str, says: str) -> None:
    assert says in refused(data)


def test_parts_in_parts() -> None:
    assert "deep words" in read(deep_mail(40)).text


# --- Outlook ------------------------------------------------------------------------------------------------

SUBJECT, NAME, MAIL, BODY, HTML_BODY, RTF = 0x0037, 0x0C1A, 0x0C1F, 0x1000, 0x1013, 0x1009
BASE: dict[int, str | bytes] = {SUBJECT: "Lease review", NAME: "Ann Lee", MAIL: "ann@example.com", BODY: PLAIN}
NO_TEXT = "the mail has no text of its own"
RTF_NOTES = ("its text is kept as RTF only, which was not read; save it from Outlook as HTML or text", NO_TEXT)
DATED = "Date: Tue, 05 Nov 2024 09:30:00 +0100"
PEOPLE = [(1, "Bo Ek", "bo@example.com"), (1, "cy@example.com", "cy@example.com"), (2, "Dee", "/o=Org/cn=dee")]


def test_an_outlook_mail() -> None:
    files: list[dict[int, str | bytes]] = [{0x3707: "long name.pdf", 0x3704: "long~1.pdf"}, {0x3001: "Older mail"}, {}]
    document = read(make_msg(BASE, {0x0039: SENT}, PEOPLE, files), "mail.msg")
    assert (document.title, document.author, document.date) == (
        "Lease review", "Ann Lee <ann@example.com>", "2024-11-05",
    )  # fmt: skip
    assert parts(document)[:3] == [
        (BlockKind.HEADING, "Lease review"),
        (
            BlockKind.PARAGRAPH,
            "From: Ann Lee <ann@example.com>\nTo: Bo Ek <bo@example.com>, cy@example.com\nCc: Dee\n"
            "Date: 2024-11-05 08:30:00+00:00",
        ),
        (BlockKind.PARAGRAPH, "The lease runs for ten years, said the landlord of the harbour."),
    ]
    assert "> What is the rent?" in document.text
    assert document.notes == (
        "attachments not read: long name.pdf, Older mail, a file without a name (save and add what you need)",
    )


@pytest.mark.parametrize(
    ("texts", "words", "notes"),
    [
        ({HTML_BODY: HTML.encode()}, "Oslo | MW: 112", ()),
        ({HTML_BODY: HTML}, "Oslo | MW: 112", ()),
        ({HTML_BODY: "<p>“façade”</p>".encode("cp1252")}, "“façade”", ()),
        ({RTF: b"packed"}, "", RTF_NOTES),
        ({}, "", (NO_TEXT,)),
        ({0x007D: f"{DATED}\r\n\r\n", BODY: "x"}, DATED, ()),
    ],
)  # fmt: skip
def test_outlook_bodies(texts: dict[int, str | bytes], words: str, notes: tuple[str, ...]) -> None:
    document = read(make_msg({SUBJECT: "Lease review", **texts}), "mail.msg")
    assert words in document.text
    assert document.notes == notes


@pytest.mark.parametrize(
    "data",
    [
        b"just words, and many of them",
        make_ole({"Workbook": b"cells"}),
        make_msg(BASE)[:700],
        make_msg(BASE)[:512] + b"\xff" * 4000,
        b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 2000,
    ],
    ids=["words", "a sheet", "cut", "overwritten", "zeros"],
)
def test_bad_outlook_mails(data: bytes) -> None:
    assert "not an Outlook mail" in refused(data, "mail.msg")


@pytest.mark.parametrize("place", range(0, 3000, 97))
def test_a_flipped_byte_is_read_or_refused(place: int) -> None:
    data = bytearray(make_msg(BASE, {0x0039: SENT}, PEOPLE))
    data[place % len(data)] ^= 0xFF
    try:
        read(bytes(data), "mail.msg")
    except DocumentError as error:
        assert error.next_step


# --- saved pages --------------------------------------------------------------------------------------------

PARAGRAPH = "Harbour Compute leased 412 megawatts of capacity in the second quarter – the company said on Thursday."
ARTICLE = f"<article><h1>Harbour leases</h1><p>{PARAGRAPH}</p></article>"
PAGE = f"<html><head><title>Harbour</title></head><body>{ARTICLE}</body></html>"


def saved(page: str, *more: str) -> str:
    coded = base64.encodebytes(page.encode("utf-16")).decode()
    first = f"Content-Type: text/html; charset=utf-16\nContent-Transfer-Encoding: base64\n\n{coded}"
    return "From: <Saved by a browser>\nSubject: Saved title\n" + mixed(first, *more, kind="related")


@pytest.mark.parametrize("suffix", [".mhtml", ".mht"])
def test_a_saved_page(suffix: str) -> None:
    document = read(saved(PAGE, part("image/png", "x")), f"page{suffix}")
    assert PARAGRAPH in document.text
    assert document.title in ("Harbour", "Harbour leases")
    assert document.notes == ()


def test_frames_are_told() -> None:
    document = read(saved(PAGE, part("text/html", "<p>Advert</p>")), "page.mhtml")
    assert document.notes == ("1 more page in its frames not read; save what you need by itself",)


@pytest.mark.parametrize(
    ("data", "says"),
    [
        ("MIME-Version: 1.0\n" + part("image/png", "x"), "no web page"),
        (saved("<html><body></body></html>"), "no article text"),
        (struct.pack("<90I", *range(90)), "not a"),
    ],
)
def test_bad_saved_pages(data: bytes | str, says: str) -> None:
    assert says in refused(data, "page.mhtml")
