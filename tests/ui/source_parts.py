"""A library with a document of each kind that the source panel shows in its own way, and an assistant that cites it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from pdfs import make_pdf
from ui_fakes import FakeAssistant

from assistant.facade import Assistant

FILLER = [f"Line {n} of this page tells of the weather in the valley and of little else." for n in range(40)]
REPORT_PAGES = [
    ["Harrow Grid Company", "Annual report", *FILLER[:20]],
    ["Summary", *FILLER[:30]],
    [
        "Operations", *FILLER[:24],
        "The reserve margin fell to 9 percent in March, the lowest since 2011.",
        "It recovered to 14 percent by June as the Tarn units returned.",
        *FILLER[24:30],
        [(60, "Segment"), (300, "2024"), (400, "2025")],
        [(60, "Transmission revenue"), (300, "1,204"), (400, "1,377")],
        [(60, "Distribution revenue"), (300, "2,310"), (400, "2,298")],
    ],
    ["Outlook", *FILLER[:30]],
]  # fmt: skip
PLANTS = "plant,country,output MW,opened\n" + "".join(
    f"{name},{country},{output},{year}\n"
    for name, country, output, year in [
        ("Varn", "Norway", "77", "1998"), ("Lindholm", "Sweden", "412", "2004"), ("Tarn", "Scotland", "365", "2011"),
        ("Oster", "Denmark", "128", "2013"), ("Quell", "Austria", "91", "2016"), ("Brae", "Scotland", "240", "2019"),
    ]
)  # fmt: skip


def fill(real: Assistant, folder: Path) -> FakeAssistant:
    """Add the library to an assistant; gives one that answers by citing the lines nearest to a question."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "grid.pdf").write_bytes(make_pdf(REPORT_PAGES, title="Harrow Grid, annual report"))
    (folder / "plants.csv").write_text(PLANTS, encoding="utf-8")
    (folder / "memo.md").write_text("# Depot memo\n\nThe depot at Varn holds 77 fuel tanks.\n", encoding="utf-8")
    real.add(sorted(folder.iterdir()))
    return citing(real)


def citing(real: Assistant) -> FakeAssistant:
    """An assistant that cites the documents of a real one."""
    fake = FakeAssistant(originals=real.originals)
    for info in real.documents():
        fake.put(info.name, real.text(info.name), title=info.title, source=info.source, page_count=info.page_count)
    return fake


#: Makes the real assistant.
Make = Callable[..., Assistant]
