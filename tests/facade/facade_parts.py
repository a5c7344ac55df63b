"""What the tests of the facade share: how they make an assistant, a question, and what holds of every answer."""

from __future__ import annotations

from collections.abc import Callable

from assistant.answering.answer import Answer
from assistant.facade import Assistant

Make = Callable[..., Assistant]
QUESTION = "How many megawatts did Harbour Compute lease?"


def check_answer(assistant: Assistant, answer: Answer) -> None:
    """What holds of every answer."""
    assert answer.answer.strip()
    assert answer.sentences
    numbers = [citation.number for citation in answer.citations]
    assert numbers == list(range(1, len(numbers) + 1))
    for citation in answer.citations:
        assert citation.quote == assistant.text(citation.document)[citation.start : citation.end]
    for sentence in answer.sentences:
        assert set(sentence.citations) <= set(numbers)
        assert not (sentence.struck and sentence.citations)
        assert sentence.struck or sentence.text in answer.answer
    for figure in answer.figures:
        assert figure.supported == (figure.citation is not None)
        assert figure.citation is None or figure.citation in numbers
    timings = answer.timings_ms
    assert 0 <= timings.retrieve <= timings.total
    assert timings.first_token is None or timings.retrieve <= timings.first_token <= timings.total
