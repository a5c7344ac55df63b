"""The report in the terminal, as JSON and as a page; and the whole command."""

import io
import json
import os
import re
from collections.abc import Callable
from html.parser import HTMLParser
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from rich.console import Console

from assistant.answering.answer import Answer, FigureCheck, Status
from assistant.errors import ModelFileError, QuestionSetError, StorageError
from assistant.settings import Settings
from evals import evaluate
from evals.asking import Graders
from evals.command import DEFAULT_QUESTIONS
from evals.gate import Missed, Threshold
from evals.html import render_html
from evals.model import Metric, Run
from evals.options import Options
from evals.report import print_report, write_html, write_json, write_text
from evals.runner import run
from evals.sets import load_questions
from evals.summary import METRIC_NAMES
from evals.wording import label

Make = Callable[..., Answer]
HOSTILE = "<script>alert(1)</script>\"'&</dd> [red]bold[/red] [/] \x1b[31m \x07 <img src=x onerror=y> \ud800"


def set_of(path: Path, *cases: dict[str, Any]) -> Path:
    base = {"answerable": True, "answers": ["$835"], "documents": ["note.md"], "type": "figure"}
    path.write_text("\n".join(json.dumps(base | case) for case in cases), encoding="utf-8")
    return path


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    folder = tmp_path / "documents"
    folder.mkdir()
    (folder / "note.md").write_text("A target of $835.\n")
    return folder


@pytest.fixture
def hostile_run(settings: Settings, folder: Path, answering: Make, fake_factory: Any, tmp_path: Path) -> Run:
    path = set_of(
        tmp_path / "set.jsonl",
        {"id": "<b>1</b>", "question": HOSTILE.replace("\ud800", ""), "type": "<i>[bold]"},
        {"id": "fine", "question": "target?"},
    )

    def reply(question: str, *_: Any) -> Answer:
        if question == "target?":
            return answering("It is $835.", "A target of $835.")
        flagged = FigureCheck(text="<script>alert(1)</script>", value="", unit="", citation=None, supported=False)
        return answering(HOSTILE, HOSTILE, document=HOSTILE, figures=(flagged,))

    factory = fake_factory(reply, failing={})
    result = run(settings, load_questions(path), folder, factory=factory)
    return result.model_copy(
        update={"not_indexed": {"<u>.pdf": "[link=x]locked[/link]"}, "made": {**result.made, "questions": HOSTILE}}
    )


def printed(result: Run, missed: Any = None, width: int = 200) -> str:
    out = io.StringIO()
    print_report(result, missed, Console(file=out, width=width, force_terminal=False))
    return out.getvalue()


def test_terminal_shows_hostile_text_as_it_is(hostile_run: Run) -> None:
    text = printed(hostile_run)
    assert "[red]bold[/red]" in text and "<script>alert(1)</script>" in text
    assert "[link=x]locked[/link]" in text
    assert "\x1b" not in text and "\x07" not in text
    assert re.search(r"How they ended.*type.*answered.*not found.*unclear.*error", text, re.DOTALL)
    assert re.search(r"figure\W+1\W+0\W+0\W+0", text)
    assert "By type" in text and "1 cases to look at" in text and "retrieved but not cited" in text
    assert "Gate" not in text


@pytest.mark.parametrize("width", [40, 80, 200])
def test_terminal_has_metrics_with_intervals(hostile_run: Run, width: int) -> None:
    text = printed(hostile_run, [], width)
    assert "50.0" in text and "95 %" in text
    assert "Gate: every threshold is met" in " ".join(text.split())
    assert all(len(line) <= width for line in text.splitlines())


def test_terminal_tells_what_the_judge_model_gave_apart(hostile_run: Run) -> None:
    grade = Metric(name="judge_grade", value=0.5, n=2, low=0.1, high=0.9, kind="mean")
    text = printed(hostile_run.model_copy(update={"metrics": (grade, *hostile_run.metrics)}))
    by_rules, _, by_judge = text.partition("By the judge model")
    assert "Grade by the judge model" not in by_rules and "Grade by the judge model" in by_judge


class Page(HTMLParser):
    """What a browser would see."""

    def __init__(self) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.attributes: list[tuple[str, str | None]] = []
        self.text = ""
        self.open: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.attributes += attrs
        if tag not in ("meta", "br"):
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.text += data


def test_page_escapes_everything_and_asks_for_nothing(hostile_run: Run) -> None:
    missed = Missed(metric="correct", value=0.5, threshold=Threshold(metric="correct", min=0.8), cases=("<b>1</b>",))
    html = render_html(hostile_run, [missed])
    page = Page()
    page.feed(html)
    page.close()
    assert page.open == []
    assert not {"script", "img", "link", "iframe", "i", "u", "object", "form"} & set(page.tags)
    assert not {"src", "onerror"} & {name for name, _ in page.attributes}
    assert all((value or "").startswith("#") for name, value in page.attributes if name == "href")
    assert "http://" not in html and "https://" not in html and "url(" not in html and "@import" not in html
    assert "default-src 'none'" in html
    assert page.text.count("<script>alert(1)</script>") >= 5
    assert "correct is 0.5, wanted at least 0.8; cases: <b>1</b>" in page.text
    assert "prefers-color-scheme: dark" in html
    assert "target?" not in page.text, "only cases to look at are listed"


def test_page_leads_from_each_stage_to_its_cases(hostile_run: Run) -> None:
    page = Page()
    page.feed(render_html(hostile_run, None))
    ids = {value for name, value in page.attributes if name == "id"}
    links = {(value or "")[1:] for name, value in page.attributes if name == "href"}
    assert links and links <= ids
    assert "1 of 2 cases, at these stages of the way" in page.text and "Cases that failed" in page.text
    # What the search saw stands with the case, in its words.
    assert "What the search saw, best first" in page.text and "A target of $835." in page.text
    named = [value for name, value in page.attributes if name == "aria-labelledby"]
    assert named and set(" ".join(map(str, named)).split()) <= ids


def test_page_without_failures_says_so(hostile_run: Run) -> None:
    fine = hostile_run.model_copy(update={"items": hostile_run.items[1:]})
    html = render_html(fine, None)
    assert "None of the 1 cases." in html and "Cases that failed" not in html


def test_page_shows_answers_that_no_rule_can_judge(hostile_run: Run) -> None:
    prose = hostile_run.items[1].model_copy(update={"correct": None, "expected": ("A long <b>story</b>.",)})
    html = render_html(hostile_run.model_copy(update={"items": (hostile_run.items[0], prose)}), None)
    _, _, shown = html.partition("<h2>Not judged (1)</h2>")
    assert "A long &lt;b&gt;story&lt;/b&gt;." in shown and "target?" in shown
    assert "Not judged (" not in render_html(hostile_run, None)


def test_bars_lie_on_the_line(hostile_run: Run) -> None:
    html = render_html(hostile_run, None)
    for left, width in re.findall(r'class="band" style="left:([\d.]+)%;width:([\d.]+)%', html):
        assert float(left) + float(width) <= 100.1
    assert "Gate" not in html and 'class="gate' not in html


def test_files_are_written_whole(hostile_run: Run, tmp_path: Path) -> None:
    target = tmp_path / "out"
    target.mkdir()
    write_json(hostile_run, target / "run.json")
    write_html(hostile_run, [], target / "run.html")
    loaded = json.loads((target / "run.json").read_text(encoding="utf-8"))
    assert loaded["items"][0]["question"] == HOSTILE.replace("\ud800", "")
    assert loaded["run"]["not_indexed"] == {"<u>.pdf": "[link=x]locked[/link]"}
    assert "Every threshold is met" in (target / "run.html").read_text(encoding="utf-8")
    assert sorted(p.name for p in target.iterdir()) == ["run.html", "run.json"]


def test_a_failed_write_leaves_the_old_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "out" / "run.json"
    path.parent.mkdir()
    write_text(path, "old")

    def full(_descriptor: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(StorageError, match="No space left"):
        write_text(path, "new")
    assert path.read_text() == "old"
    assert list(path.parent.iterdir()) == [path]


def test_every_metric_has_words() -> None:
    labels = {name: label(name) for name in METRIC_NAMES}
    assert len(set(labels.values())) == len(labels)
    assert labels["document_hit@5"] == "Document hit in the first 5"
    assert labels["first_token_p95_ms"] == "First words, 95th percentile"


def test_the_manual_names_every_metric() -> None:
    manual = (Path(__file__).resolve().parents[2] / "docs" / "evaluation.md").read_text(encoding="utf-8")
    named = set(re.findall(r"`([a-z0-9_@]+)`", manual))
    generic = {re.sub(r"_p\d+_", "_pq_", re.sub(r"@\d+", "@k", name)) for name in METRIC_NAMES}
    assert generic <= named


def call(settings: Settings, factory: Any, **more: Any) -> tuple[int, str, str]:
    out, err = io.StringIO(), io.StringIO()
    code = evaluate(
        settings,
        Options(**more),
        graders=Graders(),
        console=Console(file=out, width=160),
        progress_console=Console(file=err, width=160),
        factory=factory,
    )
    return code, out.getvalue(), err.getvalue()


def test_command_writes_and_passes(
    settings: Settings, folder: Path, answering: Make, fake_factory: Any, tmp_path: Path
) -> None:
    path = set_of(tmp_path / "set.jsonl", {"id": "a", "question": "target?"})
    factory = fake_factory(lambda *_: answering("It is $835.", "A target of $835."))
    code, out, _ = call(settings, factory, questions=path, json_path=tmp_path / "r.json", html_path=tmp_path / "r.html")
    assert code == 0 and "Correct" in out and "Gate" not in out
    # The folder beside the set was found by itself.
    assert factory.made[0].calls[0] == ("sync", folder)
    loaded = json.loads((tmp_path / "r.json").read_text())
    assert loaded["run"]["questions"] == "set.jsonl" and len(loaded["run"]["questions_sha256"]) == 64
    assert (tmp_path / "r.html").read_text().startswith("<!DOCTYPE html>")


def test_command_draws_former_runs_in_the_report(
    settings: Settings, folder: Path, answering: Make, fake_factory: Any, tmp_path: Path
) -> None:
    path = set_of(tmp_path / "set.jsonl", {"id": "a", "question": "target?"})
    factory = fake_factory(lambda *_: answering("It is $835.", "A target of $835."))
    history = tmp_path / "runs"
    history.mkdir()
    html = tmp_path / "r.html"
    call(settings, factory, questions=path, json_path=history / "1.json", html_path=html, history=history)
    assert "Over the runs" not in html.read_text(), "there is no other run yet"
    first = json.loads((history / "1.json").read_text())
    first["run"]["started"] = "2020-02-03T00:00:00+00:00"
    (history / "1.json").write_text(json.dumps(first))
    call(settings, factory, questions=path, json_path=history / "2.json", html_path=html, history=history)
    assert "Over the runs" in html.read_text() and "2 runs, oldest first: correct 100.0 %, 100.0 %" in html.read_text()
    with pytest.raises(QuestionSetError, match=r"history .* cannot be read"):
        call(settings, factory, questions=path, html_path=html, history=tmp_path / "none")


def test_command_fails_under_a_threshold_and_names_the_cases(
    settings: Settings, folder: Path, answering: Make, fake_factory: Any, tmp_path: Path
) -> None:
    path = set_of(tmp_path / "set.jsonl", {"id": "a", "question": "x"}, {"id": "b", "question": "y"})
    (tmp_path / "thresholds.toml").write_text("[correct]\nmin = 0.9\n")
    replies = {"x": answering("It is $835.", "$835"), "y": answering("No.", status=Status.NOT_FOUND)}
    factory = fake_factory(lambda q, *_: replies[q])
    code, out, told = call(settings, factory, questions=path)
    assert code == 1
    # A log gets lines, not bars.
    assert "1 of 2\n" in told and "2 of 2\n" in told and "━" not in told
    assert "Gate: correct is 0.5, wanted at least 0.9; cases: b" in out
    code, out, _ = call(settings, factory, questions=path, retrieval_only=True)
    assert code == 0, "a run without answers is not held to a threshold of answers"


def test_command_on_the_programs_own_set(settings: Settings, answering: Make, fake_factory: Any) -> None:
    gold = {(q.question, q.history): q for q in load_questions(DEFAULT_QUESTIONS)}
    names = {name for q in gold.values() for name in q.documents}
    settings.corpus.mkdir()
    for name in names:
        (settings.corpus / name).write_text("\n".join(quote for q in gold.values() for quote in q.quotes))

    def reply(question: str, history: Any, _documents: Any) -> Answer:
        wanted = gold[(question, tuple(history))]
        if not wanted.answerable:
            return answering("Not in the documents.", status=Status.NOT_FOUND)
        said = " and ".join(wanted.figures or wanted.answers[:1])
        return answering(f"{said}.", said)

    def search(question: str, *, history: Any = (), **_: Any) -> list[Any]:
        wanted = gold[(question, tuple(history))]
        return [SimpleNamespace(document=n, page=None, text=q, start=0, end=1) for n in names for q in wanted.quotes]

    class Searching(fake_factory):  # type: ignore[misc, valid-type]
        def __call__(self, settings: Settings) -> Any:
            assistant = super().__call__(settings)
            assistant.search = search
            return assistant

    code, out, _ = call(settings, Searching(reply), questions=None)
    assert "Gate: every threshold is met" in out
    assert code == 0


def test_command_checks_before_it_runs(settings: Settings, folder: Path, fake_factory: Any, tmp_path: Path) -> None:
    factory = fake_factory(lambda *_: None)
    path = set_of(tmp_path / "set.jsonl", {"id": "a", "question": "x"})
    for target in (tmp_path / "none" / "r.json", folder):
        with pytest.raises(StorageError, match="cannot be written"):
            call(settings, factory, questions=path, json_path=target)
    with pytest.raises(QuestionSetError, match="cannot be read"):
        call(settings, factory, questions=tmp_path / "none.jsonl")
    set_of(path, {"id": "a", "question": "x", "documents": ["gone.md"]})
    with pytest.raises(QuestionSetError, match=r"gone\.md"):
        call(settings, factory, questions=path)
    assert factory.made == []


def test_an_assistant_that_cannot_start_is_an_error_of_the_run(
    settings: Settings, folder: Path, fake_factory: Any, tmp_path: Path
) -> None:
    path = set_of(tmp_path / "set.jsonl", {"id": "a", "question": "x"})

    class Cold(fake_factory):  # type: ignore[misc, valid-type]
        def __call__(self, settings: Settings) -> Any:
            assistant = super().__call__(settings)

            def warm() -> None:
                raise ModelFileError("The model file is missing", "Run `assistant models pull`.")

            assistant.warm = warm
            return assistant

    cold = Cold(lambda *_: None)
    with pytest.raises(ModelFileError):
        call(settings, cold, questions=path, json_path=tmp_path / "r.json")
    assert not cold.made[0].is_open and not (tmp_path / "r.json").exists()
