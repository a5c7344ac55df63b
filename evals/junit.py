"""A run as JUnit XML, which build servers read: a test case for every case of the set and every threshold."""

from __future__ import annotations

from collections.abc import Sequence
from xml.etree import ElementTree as Xml

from evals import wording
from evals.gate import Missed
from evals.model import Item, Run
from evals.stages import Stage, gold_places, gold_quotes, item_stage

#: Timings that tell how long a case took, in order of preference.
_TIMES = ("total", "search")


def _printable(text: str) -> str:
    """The text without characters that XML 1.0 has no place for."""
    kept = (
        c if c in "\t\n" or "\x20" <= c <= "\ud7ff" or "\ue000" <= c <= "\ufffd" or c > "\uffff" else " " for c in text
    )
    return "".join(kept)


def _told(item: Item) -> list[str]:
    """What stands below a failure: the conversation, the question, what was expected, where it stands, what came."""
    places = "; ".join(wording.place(*where) for where in gold_places(item))
    return [
        *(f"Before, {turn.role}: {turn.content}" for turn in item.history),
        f"Question: {item.question}",
        *([f"Within: {'; '.join(item.scope)}"] if item.scope else ()),
        f"Expected: {wording.expected(item)}",
        *([f"Where it stands: {places}"] if places else ()),
        *(f"{'Found' if seen else 'Not found'}: “{quote}”" for quote, seen in gold_quotes(item).items()),
        f"Got: {wording.got(item)}",
    ]


def _case(suite: Xml.Element, item: Item) -> None:
    ms = next((value for name in _TIMES if (value := item.timings_ms.get(name)) is not None), 0.0)
    case = Xml.SubElement(
        suite, "testcase", classname=_printable(item.type), name=_printable(item.id), time=f"{ms / 1000:.3f}"
    )
    stage = item_stage(item)
    if stage is not None:
        tag = "error" if stage is Stage.ERROR else "failure"
        found = Xml.SubElement(case, tag, message=_printable(wording.trouble(item)), type=stage.value)
        found.text = _printable("\n".join(_told(item)))
    elif item.correct is None and item.status is not None:
        Xml.SubElement(case, "skipped", message=wording.UNJUDGED)


def _suite(root: Xml.Element, name: str) -> Xml.Element:
    return Xml.SubElement(root, "testsuite", name=_printable(name))


def _counted(suite: Xml.Element) -> None:
    cases = suite.findall("testcase")
    suite.set("tests", str(len(cases)))
    for attribute, tag in (("failures", "failure"), ("errors", "error"), ("skipped", "skipped")):
        suite.set(attribute, str(sum(case.find(tag) is not None for case in cases)))
    suite.set("time", f"{sum(float(case.get('time', 0)) for case in cases):.3f}")


def render_junit(run: Run, missed: Sequence[Missed] | None, thresholds: Sequence[str] = ()) -> str:
    """The whole document: one suite of cases, and one of thresholds where there are any.

    Args:
        run: what was asked.
        missed: what the gate misses, None where no thresholds apply.
        thresholds: the metrics that the gate looks at, in order.
    """
    root = Xml.Element("testsuites", name="assistant eval")
    cases = _suite(root, str(run.made.get("questions", "question set")))
    cases.set("timestamp", str(run.made.get("started", "")))
    for item in run.items:
        _case(cases, item)
    _counted(cases)
    if missed is not None:
        gate = _suite(root, "thresholds")
        failed = {one.metric: one for one in missed}
        for metric in thresholds:
            case = Xml.SubElement(gate, "testcase", classname="thresholds", name=metric, time="0")
            if metric in failed:
                found = Xml.SubElement(case, "failure", message=_printable(str(failed[metric])), type="threshold")
                found.text = _printable("\n".join(failed[metric].cases))
        _counted(gate)
    Xml.indent(root, " ")
    return Xml.tostring(root, encoding="unicode", xml_declaration=False).join(
        ('<?xml version="1.0" encoding="UTF-8"?>\n', "\n")
    )
