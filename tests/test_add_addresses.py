"""Documents from addresses, through the facade and the command line, from a real server on loopback."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from library_parts import BAKERY, LEASES, write
from pdfs import make_pdf
from websites import Site

from assistant.errors import AddressError, NameTakenError
from assistant.facade import AddResult, Assistant
from assistant.fetching import Page

Make = Callable[..., Assistant]
ARTICLE = """<html><head><title>Lease review</title><meta name="author" content="Ada Lind">
<meta property="article:published_time" content="2023-08-03T10:00:00Z"></head><body><article><h1>Lease review</h1>
<p>{token}Harbour Compute leased {amount} megawatts of capacity in the second quarter, more than ever before.</p>
<p>The company plans a second campus in Lindholm before 2028, if the grid can serve it by then.</p>
</article></body></html>"""


def article(amount: int = 412, head: str = "") -> bytes:
    return ARTICLE.format(amount=amount, token=head).encode()


@pytest.fixture
def local(make_assistant: Make) -> Assistant:
    """An assistant that may fetch from this machine."""
    return make_assistant(fetch_private=True)


def states(results: list[AddResult]) -> list[tuple[str, str]]:
    return [(result.name, result.status) for result in results]


def test_a_page_becomes_a_document_and_is_asked(local: Assistant, site: Site) -> None:
    address = site.put("/review", article(), content_type="text/html; charset=utf-8")
    name = f"{site.url[7:]}/review.html"
    assert states(local.add([address])) == [(name, "added")]
    (info,) = local.documents()
    assert (info.name, info.title, info.date, info.source) == (name, "Lease review", "2023-08-03", address)
    assert (info.origin, info.notes) == ("fetched", ())
    with local._home.store.transaction() as connection:
        assert connection.exec_driver_sql("SELECT author FROM documents").scalar_one() == "Ada Lind"
    answer = local.ask("How many megawatts did Harbour Compute lease?")
    assert "412 megawatts" in answer.answer
    assert answer.citations[0].document == name
    assert len(site.seen) == 1, "a question fetched something"


def test_the_same_address_again(local: Assistant, site: Site) -> None:
    address = site.put("/review", article(), content_type="text/html")
    ((name, _),) = states(local.add([address]))
    local.tag([name], add=["read"])
    # Other bytes, the same words: a page with a token of its own for every visit.
    site.put("/review", article(head="<!-- 93ab -->"), content_type="text/html")
    assert states(local.add([f"{address}#part"])) == [(name, "unchanged")]
    site.put("/review", article(430), content_type="text/html")
    assert states(local.add([address])) == [(name, "updated")]
    assert "430 megawatts" in local.text(name)
    # What stands there is of another kind now.
    site.put("/review", make_pdf([["A heron stands in the reeds."]]), content_type="application/pdf")
    ((renamed, status),) = states(local.add([address]))
    assert (renamed, status) == (name.replace(".html", ".pdf"), "updated")
    assert [(info.name, info.tags) for info in local.documents()] == [(renamed, ("read",))]


def test_an_address_that_fails_leaves_the_document(local: Assistant, site: Site) -> None:
    address = site.put("/review", article(), content_type="text/html")
    local.add([address])
    site.put("/review", b"gone", 404, content_type="text/html")
    with pytest.raises(AddressError, match="404"):
        local.add([address])
    site.put("/review", b"\x89PNG", content_type="image/png")
    with pytest.raises(AddressError, match="image/png"):
        local.add([address])
    assert [info.title for info in local.documents()] == ["Lease review"]


def test_sync_leaves_it_and_a_removed_one_comes_back(local: Assistant, site: Site, work: Path) -> None:
    write(work / "corpus", {"bakery.md": BAKERY})
    address = site.put("/review", article(), content_type="text/html")
    ((name, _),) = states(local.add([address]))
    local.sync()
    (work / "corpus" / "bakery.md").unlink()
    assert states(local.sync()) == [("bakery.md", "removed")]
    assert [info.name for info in local.documents()] == [name]
    local.remove([name])
    assert states(local.add([address])) == [(name, "added")]


def test_an_archive_is_its_documents(local: Assistant, site: Site) -> None:
    import io
    import zipfile

    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr("leases.md", LEASES)
        archive.writestr("bakery.md", BAKERY)
    address = site.put("/all", packed.getvalue(), content_type="application/zip")
    ((name, _),) = states(local.add([address]))
    assert name.endswith("/all.zip")
    assert [info.name for info in local.documents()] == [f"{name}/bakery.md", f"{name}/leases.md"]
    assert states(local.add([address])) == [(name, "unchanged")]
    local.remove([name])
    assert local.documents() == []


def test_a_name_that_is_taken(local: Assistant, site: Site, work: Path) -> None:
    address = site.put("/leases.md", LEASES.encode(), content_type="text/markdown")
    write(work / "corpus", {f"{site.url[7:]}/leases.md": LEASES})
    local.sync()
    with pytest.raises(NameTakenError, match=r"leases\.md is already in the index") as raised:
        local.add([address])
    assert raised.value.next_step.startswith("`assistant remove")


def test_where_it_was_found_is_noted(local: Assistant, site: Site) -> None:
    site.put("/new", article(), content_type="text/html")
    address = site.put("/old", b"", 301, location="/new", content_length="0")
    (result,) = local.add([address])
    assert result.reason == f"read from {site.url}/new"
    assert local.documents()[0].source == address


def test_what_was_fetched_before_is_added_as_it_is(local: Assistant) -> None:
    page = Page(address="https://example.com/a", name="example.com/a.md", data=LEASES.encode())
    assert states(local.add([page])) == [("example.com/a.md", "added")]


def test_private_addresses_need_the_setting_and_are_told_before_a_model_is_loaded(
    make_assistant: Make, site: Site, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("assistant.models.embeddings.load_embeddings", lambda settings: pytest.fail("a model loaded"))
    for address in (site.put("/review", article()), "ftp://example.com/a"):
        with pytest.raises(AddressError):
            make_assistant().add([address])
    assert site.seen == []
    assert not home.exists()


def test_add_on_the_command_line(cli: Callable[..., object], site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    address = site.put("/review", article(), content_type="text/html")
    run = cli("add", address)
    assert run.code == 1
    assert run.err.strip() == (
        "Error: 127.0.0.1 is an address of this machine or of a private network. "
        "If you trust it, set ASSISTANT_FETCH_PRIVATE=true."
    )
    monkeypatch.setenv("ASSISTANT_FETCH_PRIVATE", "true")
    run = cli("add", address, f"{site.url}/none", address)
    assert run.code == 1
    assert run.out.split()[:2] == ["added", f"{site.url[7:]}/review.html"]
