"""Addresses, names, targets and kinds: the pure parts of fetching."""

from __future__ import annotations

import io
import zipfile

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from assistant.documents.registry import is_archive, same_reader
from assistant.errors import AddressError
from assistant.fetching import is_address
from assistant.fetching.address import document_name, parse_address
from assistant.fetching.connect import is_public
from assistant.fetching.kind import disposed_name, in_utf8, suffix_of


@pytest.mark.parametrize(
    ("text", "address"),
    [
        ("https://example.com/", True), (" HTTP://example.com", True), ("ftp://example.com", True),
        ("file:///etc/passwd", True), ("corpus/a.md", False), ("C://files/a.md", False), ("example.com/a", False),
        ("https.md", False), ("a/https://x", False),
    ],
)  # fmt: skip
def test_what_is_an_address(text: str, address: bool) -> None:
    assert is_address(text) is address


@pytest.mark.parametrize(
    ("typed", "normal", "name"),
    [
        ("https://example.com", "https://example.com/", "example.com/index.html"),
        ("HTTPS://Example.COM:443/#part", "https://example.com/", "example.com/index.html"),
        ("http://example.com:8080/a/", "http://example.com:8080/a/", "example.com:8080/a/index.html"),
        ("https://example.com/Q2.HTM?x=1", "https://example.com/Q2.HTM?x=1", "example.com/Q2.HTM?x=1.html"),
        ("https://example.com/q2.htm", "https://example.com/q2.htm", "example.com/q2.htm"),
        ("https://example.com/a/../b", "https://example.com/b", "example.com/b.html"),
        ("https://bücher.example/ä b", "https://xn--bcher-kva.example/%C3%A4%20b", "bücher.example/ä b.html"),
        ("https://example.com/?u=/", "https://example.com/?u=/", "example.com/index?u=/index.html"),
        ("https://e.com/a%2Fb%3F", "https://e.com/a%2Fb%3F", "e.com/a%2Fb%3F.html"),
        ("https://e.com/%E2%80%AE%ff", "https://e.com/%E2%80%AE%FF", "e.com/%E2%80%AE%FF.html"),
        ("http://[2606:4700::1]/x", "http://[2606:4700::1]/x", "[2606:4700::1]/x.html"),
    ],
)  # fmt: skip
def test_normal_forms_and_names(typed: str, normal: str, name: str) -> None:
    url = parse_address(typed)
    assert str(url).lower() == normal.lower()
    assert document_name(url, ".html").lower() == name.lower()
    assert str(parse_address(str(url))) == str(url)


@pytest.mark.parametrize(
    ("typed", "told"),
    [
        ("ftp://example.com/a", "begins with ftp://"), ("file:///etc/passwd", "begins with file://"),
        ("gopher://example.com", "begins with"), ("https://me:secret@example.com/", "has a user name"),
        ("https://example.com@127.0.0.1/", "has a user name"), ("http:///a", "no valid address"),
        ("http://a:0/", "no valid address"), ("http://a:99999/", "no valid address"),
        ("http://a:x/", "no valid address"), ("http://a b/", "no valid address"),
        ("http://[fe80::1%25lo]/", "no valid address"), ("http://xn--zz/", "no valid address"),
        ("http://\u202eexample.com", "no valid address"), ("http://a\nb", "no valid address"),
        ("http://0177.0.0.1/", "no valid address"), ("example.com/a", "no address"),
    ],
)  # fmt: skip
def test_refused_addresses(typed: str, told: str) -> None:
    with pytest.raises(AddressError, match=told) as raised:
        parse_address(typed)
    assert "secret" not in str(raised.value)
    assert raised.value.next_step


def test_long_addresses_get_short_names_of_their_own() -> None:
    names = {document_name(parse_address(f"https://e.com/{'a' * 3000}{end}"), ".pdf") for end in "bc"}
    assert len(names) == 2
    assert all(len(name) < 200 and name.endswith(".pdf") for name in names)


PARTS = st.text(st.characters(codec="utf-8", exclude_categories=["Cc", "Cs"]), max_size=20)


@given(PARTS, PARTS, st.sampled_from([".html", ".pdf", ".zip", ".txt"]))
@example("x.md", "", ".html")
@example("100%25", "", ".txt")
def test_names_are_read_by_the_reader_they_are_for(path: str, query: str, suffix: str) -> None:
    try:
        url = parse_address(f"https://example.com/{path}?{query}")
    except AddressError:
        return
    name = document_name(url, suffix)
    assert same_reader(name, suffix)
    assert is_archive(name) == (suffix == ".zip")
    assert name.startswith("example.com/")
    assert name.isprintable()


@pytest.mark.parametrize(
    "ip",
    [
        "127.0.0.1", "127.9.9.9", "0.0.0.0", "10.1.2.3", "172.16.0.1", "192.168.1.1", "169.254.169.254", "100.64.0.1",
        "192.0.2.1", "198.18.0.1", "224.0.0.1", "239.255.255.250", "240.0.0.1", "255.255.255.255", "::", "::1",
        "fe80::1", "fe80::1%eth0", "fc00::1", "fec0::1", "ff02::1", "2001:db8::1", "::ffff:127.0.0.1",
        "::ffff:10.0.0.1", "::127.0.0.1", "64:ff9b::7f00:1", "64:ff9b::a00:1", "2002:7f00:1::", "2002:a00:1::1",
        "2001:0:7f00:1::",
    ],
)  # fmt: skip
def test_not_public(ip: str) -> None:
    assert not is_public(ip)


@pytest.mark.parametrize("ip", ["93.184.216.34", "1.1.1.1", "2606:4700::1111", "::ffff:1.1.1.1", "64:ff9b::101:101"])
def test_public(ip: str) -> None:
    assert is_public(ip)


def zipped(*members: str) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for member in members:
            archive.writestr(member, "x")
    return out.getvalue()


PAGE = b"\n<!DOCTYPE html><html><body><p>Words.</p></body></html>"


@pytest.mark.parametrize(
    ("content_type", "names", "data", "suffix"),
    [
        ("text/html; charset=utf-8", ["/a"], PAGE, ".html"),
        ("text/html", ["/report.pdf"], PAGE, ".html"),
        ("text/html", ["/a"], b"%PDF-1.7", ".pdf"),
        ("application/pdf", ["/report"], b"%PDF-1.7", ".pdf"),
        ("application/pdf", ["/report.pdf"], PAGE, ".html"),
        ("text/plain", ["/notes"], b"Words", ".txt"),
        ("text/plain; charset=utf-8", ["/README.md"], b"# Words", ".md"),
        ("text/plain", ["/page.txt"], PAGE, ".txt"),
        ("", ["/notes.txt"], b"Words", ".txt"),
        ("", ["/notes"], PAGE, ".html"),
        ("", ["/notes"], b"Words", None),
        ("nonsense", ["/notes"], b"Words", None),
        ("nonsense", ["/notes"], PAGE, ".html"),
        ("application/octet-stream", ["q2.csv", "/get.php"], b"a,b", ".csv"),
        ("application/octet-stream", ["/x"], b"\x00\x01", None),
        ("application/octet-stream", ["/x"], zipped("[Content_Types].xml", "word/document.xml"), ".docx"),
        ("application/octet-stream", ["/x"], zipped("xl/workbook.xml"), ".xlsx"),
        ("text/plain", ["/x"], zipped("a.md"), ".zip"),
        ("text/plain", ["/x"], b"PK\x03\x04 damaged", ".zip"),
        ("application/zip", ["/x.docx"], zipped("word/document.xml"), ".docx"),
        ("application/zip", ["/x"], zipped("a.md"), ".zip"),
        ("application/vnd.ms-excel", ["/x.csv"], b"a,b", ".csv"),
        ("application/vnd.ms-excel", ["/x"], b"\xd0\xcf", ".xls"),
        ("application/json", ["/book.ipynb"], b"{}", ".ipynb"),
        ("application/ld+json", ["/x"], b"{}", ".json"),
        ("application/xml", ["/feed.rss"], b"<rss/>", ".rss"),
        ("image/png", ["/x.png"], b"\x89PNG", None),
        ("image/png", ["/x.txt"], b"\x89PNG", None),
        ("TEXT/HTML;charset=x", ["/x"], b"<p>", ".html"),
    ],
)  # fmt: skip
def test_kinds(content_type: str, names: list[str], data: bytes, suffix: str | None) -> None:
    assert suffix_of(content_type, names, data) == suffix


@given(st.text(max_size=80), st.text(max_size=80), st.binary(max_size=80))
def test_no_header_upsets_the_choice(content_type: str, name: str, data: bytes) -> None:
    suffix_of(content_type, [name], data)
    disposed_name(name)
    assert in_utf8(data, ".html", content_type) is not None


@pytest.mark.parametrize(
    ("value", "name"),
    [
        ('attachment; filename="q2.pdf"', "q2.pdf"), ("attachment", None), ("", None),
        ("attachment; filename*=UTF-8''b%C3%BCcher.md", "bücher.md"),
    ],
)  # fmt: skip
def test_disposed_names(value: str, name: str | None) -> None:
    assert disposed_name(value) == name


@pytest.mark.parametrize(
    ("data", "suffix", "content_type", "text"),
    [
        ("Цены".encode("cp1251"), ".html", "text/html; charset=windows-1251", "Цены"),
        ("Цены".encode(), ".html", "text/html; charset=windows-1251", "Цены"),
        ("Цены".encode("utf-16"), ".txt", "text/plain; charset=koi8-r", None),
        ("é€".encode("cp1252"), ".txt", "text/plain; charset=iso-8859-1", None),
        ("é".encode("cp1252"), ".txt", "text/plain; charset=nonsense", None),
        ("é".encode("cp1252"), ".txt", "text/plain; charset=base64", None),
        (b"%PDF \xe9", ".pdf", "application/pdf; charset=windows-1251", None),
    ],
)
def test_stated_charsets(data: bytes, suffix: str, content_type: str, text: str | None) -> None:
    assert in_utf8(data, suffix, content_type) == (data if text is None else text.encode())
