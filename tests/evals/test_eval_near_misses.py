"""Unanswerable questions made from answerable ones: nobody has to judge that they have no answer."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from assistant.errors import QuestionSetError
from evals.near_misses import Text, main, near_misses, of_another_document, of_another_year, text_of
from evals.sets import Question, load_questions


def case(key: str, question: str, document: str = "tarn.md", **rest: object) -> Question:
    fields = {"id": key, "question": question, "answerable": True, "answers": ("£3",), "type": "span"}
    return Question.model_validate(fields | {"documents": (document,), "scope": (document,)} | rest)


def test_another_year_is_one_the_document_never_mentions() -> None:
    text = text_of("Net sales were £3 in 2019, £2 in 2018 and £1 in 2015.")
    found = of_another_year(case("a", "What were net sales in 2019?"), text)
    assert found and found.question == "What were net sales in 2014?"
    assert (found.answerable, found.answers, found.documents, found.scope) == (False, (), (), ("tarn.md",))
    assert found.id == "a-another-year"
    assert of_another_year(case("a", "What were net sales?"), text) is None
    assert of_another_year(case("a", "How did sales change from 2018 to 2019?"), text) is None


def test_another_document_has_most_words_and_lacks_the_rarest() -> None:
    texts = {f"other-{n}.md": text_of("Net sales of the group were £2.") for n in range(30)}
    texts["tarn.md"] = text_of("Net sales of lanterns were £3.")
    spread = {
        word: sum(word in text.stems for text in texts.values()) for text in texts.values() for word in text.stems
    }
    found = of_another_document(case("a", "What were net sales of lanterns?"), texts, spread)
    assert found and found.scope[0].startswith("other-") and not found.answerable
    assert found.question == "What were net sales of lanterns?"
    common = {word: len(texts) for word in spread}
    assert of_another_document(case("a", "What were net sales of lanterns?"), texts, common) is None
    strange = {name: Text(frozenset({"weather"}), frozenset()) for name in texts}
    assert of_another_document(case("a", "What were net sales of lanterns?"), strange, spread) is None


def test_as_many_of_each_and_no_question_twice() -> None:
    texts = {f"other-{n}.md": text_of("The item of 2019.") for n in range(40)} | {"tarn.md": text_of("Lamps in 2019.")}
    cases = [case(str(n), "What was the item of lamps in 2019?") for n in range(8)]
    taken = near_misses(cases, texts, 2)
    assert sorted(one.type for one in taken) == ["another-document", "another-year", "span", "span"]
    assert len({one.id.partition("-")[0] for one in taken}) == 4
    assert taken == near_misses(list(reversed(cases)), texts, 2)
    with pytest.raises(QuestionSetError):
        near_misses(cases, texts, 8)


def test_written_as_a_set(tmp_path: Path) -> None:
    documents = tmp_path / "documents"
    documents.mkdir()
    (documents / "tarn.md").write_text("# Tarn\n\nSales of lamps were £3 in 2019.\n", encoding="utf-8")
    questions = tmp_path / "questions.jsonl"
    cases = [case(str(n), f"What were sales of lamp {n} in 2019?") for n in range(6)]
    questions.write_text("".join(f"{one.model_dump_json(exclude_none=True)}\n" for one in cases), encoding="utf-8")
    left_out = tmp_path / "sample.jsonl"
    left_out.write_text(questions.read_text().splitlines()[0] + "\n", encoding="utf-8")
    main(questions, documents, tmp_path / "out", each=1, apart=left_out)
    found = load_questions(tmp_path / "out" / "near_misses.jsonl")
    assert sorted(one.answerable for one in found) == [False, True]
    assert "0" not in {json.loads(line)["id"] for line in (tmp_path / "out" / "near_misses.jsonl").open()}
