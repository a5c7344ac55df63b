"""What failed: a table of stages by type, and every case with all that is needed to see why."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from html import escape

from assistant.answering.answer import Status
from evals import wording
from evals.gate import judge_disagrees
from evals.model import Item, Retrieved, Run
from evals.page.parts import row, table
from evals.stages import MEANING, Stage, by_stage, gold_places, gold_quotes, holds_answer, item_stage

#: Most cases of a stage that are shown: a page of thousands opens in no browser.
MOST = 200
#: Longest excerpt of a passage, in characters.
_EXCERPT = 600


def _anchor(stage: Stage) -> str:
    return stage.name.lower().replace("_", "-")


def _types(items: Sequence[Item]) -> str:
    counts = Counter(item.type for item in items)
    return ", ".join(f"{kind} {count}" for kind, count in counts.most_common())


def overview(run: Run) -> str:
    """The section that says how many cases failed at which stage, and of what types they are."""
    found = by_stage(run.items)
    count, asked = sum(map(len, found.values())), len(run.items)
    if not count:
        return f"<section><h2>What failed</h2><p>None of the {asked} cases.</p></section>"
    rows = [row(("stage", "cases", "of these types"), "th", 9)]
    for stage, items in found.items():
        link = f'<a href="#{_anchor(stage)}">{stage.value}</a>'
        rows.append(row((link, str(len(items)), escape(_types(items))), numeric_from=9))
    told = table(rows, "Cases that failed, by stage and type", "stages")
    return f"<section><h2>What failed</h2><p>{count} of {asked} cases, at these stages of the way:</p>{told}</section>"


def _excerpt(text: str) -> str:
    line = " ".join(text.split())
    return line if len(line) <= _EXCERPT else f"{line[: _EXCERPT - 1]}…"


def _passage(item: Item, hit: Retrieved) -> str:
    holds = '<span class="holds"> holds the answer</span>' if holds_answer(item, hit.text) else ""
    words = escape(_excerpt(hit.text))
    return f'<li><span class="place">{escape(wording.place(hit.document, hit.page))}{holds}</span>{words}</li>'


def _conversation(item: Item) -> str:
    """What was said before the question, in order."""
    return "".join(
        f'<li><span class="place">{escape(turn.role)}</span>{escape(_excerpt(turn.content))}</li>'
        for turn in item.history
    )


def _gold(item: Item) -> str:
    """The places and quotes that the set names, those marked that the search did not bring."""
    named = [(wording.place(*where), seen) for where, seen in gold_places(item).items()]
    named += [(f"“{_excerpt(quote)}”", seen) for quote, seen in gold_quotes(item).items()]
    missed = ' <span class="missed">not found</span>'
    return "".join(f"<li>{escape(words)}{'' if seen else missed}</li>" for words, seen in named)


def _case(item: Item) -> str:
    fields = [("Question", escape(item.question)), ("Expected", escape(wording.expected(item)))]
    if item.history:
        fields.insert(0, ("Said before", f"<ul>{_conversation(item)}</ul>"))
    if item.scope:
        fields.append(("Asked within", escape(", ".join(item.scope))))
    if gold := _gold(item):
        fields.append(("Where it stands", f"<ul>{gold}</ul>"))
    if item.status is not None:
        fields.append(("Answer" if item.error is None else "Error", escape(wording.got(item))))
    if item.unsupported:
        fields.append(("Figures that no quote holds", escape(", ".join(item.unsupported))))
    if item.citations:
        quotes = "".join(
            f'<li value="{c.number}"><span class="place">{escape(wording.place(c.document, c.page))}</span>'
            f"{escape(_excerpt(c.quote))}</li>"
            for c in item.citations
        )
        fields.append(("Quotes", f"<ol>{quotes}</ol>"))
    if item.judge is not None:
        fields.append(("The judge model said", escape(item.judge)))
    passages = "".join(_passage(item, hit) for hit in item.retrieved)
    fields.append(("What the search saw, best first", f"<ol>{passages}</ol>" if passages else "nothing"))
    listed = "".join(f"<dt>{escape(name)}</dt><dd>{html}</dd>" for name, html in fields)
    return (
        f'<details><summary>{escape(item.question)}<span class="id">{escape(item.id)}</span></summary>'
        f'<dl class="case">{listed}</dl></details>'
    )


def _left_out(items: Sequence[Item]) -> str:
    return f" Here are the first {MOST:,}; the JSON of the run has all." if len(items) > MOST else ""


def _listed(told: str, items: Sequence[Item]) -> str:
    """What a list of cases is, and the first of them."""
    return f'<p class="soft">{told}{_left_out(items)}</p>{"".join(map(_case, items[:MOST]))}'


def cases(run: Run) -> str:
    """The section with every case that failed, by stage; nothing if none did."""
    groups = "".join(
        f'<h3 id="{_anchor(stage)}">{stage.value.capitalize()} ({len(items)})</h3>{_listed(MEANING[stage], items)}'
        for stage, items in by_stage(run.items).items()
    )
    if not groups:
        return ""
    told = "Open one to see what was expected, answered, quoted and found."
    return f"<section><h2>Cases that failed</h2><p>{told}</p>{groups}</section>"


def unjudged(run: Run) -> str:
    """The answers that no rule can judge, to be read beside what was expected; nothing if there are none."""
    given = (item for item in run.items if item.status == Status.ANSWERED and item.correct is None)
    found = [item for item in given if item_stage(item) is None]
    if not found:
        return ""
    listed = _listed(f"{wording.UNJUDGED} Read them beside what was expected.", found)
    return f"<section><h2>Not judged ({len(found)})</h2>{listed}</section>"


def disagreements(run: Run) -> str:
    """The cases of which the judge model says otherwise than the rules; nothing if there are none."""
    found = [item for item in run.items if judge_disagrees(item)]
    told = f"Where the judge model says otherwise than the rules ({len(found)}): look who is right."
    return _listed(told, found) if found else ""
