"""Thumbs under answers: their buttons, the form for what would have been right, and what becomes of them."""

from __future__ import annotations

import json
import logging
from collections.abc import Sequence
from typing import Any, NamedTuple

from pydantic import ValidationError

from assistant.answering.answer import Answer, Turn
from assistant.errors import AssistantError
from assistant.feedback.case import MAX_ANSWER_CHARS, Verdict, case_of, key_of
from assistant.feedback.file import FeedbackFile
from assistant.ui.render import escape

logger = logging.getLogger(__name__)


class Rated(NamedTuple):
    """An answer that a verdict is about, with the conversation before it and the documents it was asked within."""

    answer: Answer
    history: Sequence[Turn] = ()
    scope: Sequence[str] = ()


class Ratings:
    """Takes verdicts and keeps them as cases. Knows nothing of Gradio; never raises."""

    def __init__(self, file: FeedbackFile) -> None:
        self._file = file

    def edition(self) -> object:
        """Something that changes with every verdict, wherever it is given."""
        return self._file.edition

    def rate(self, rated: Rated | None, data: Any) -> str:
        """Keep a verdict in the place of an earlier one, or take that back; gives what to say of it.

        Args:
            rated: the answer as the server knows it; None if it does not.
            data: what the browser sent: `key` of the answer, `verdict`, None to take it back.
        """
        given = data if isinstance(data, dict) else {}
        if rated is None or given.get("key") != key_of(rated.answer, rated.scope):
            return "This answer is no longer at hand. Ask again, then rate the answer."
        try:
            if given.get("verdict") is None:
                self._file.take(key_of(rated.answer, rated.scope))
                return "Taken back."
            verdict = Verdict.model_validate(given["verdict"])
            self._file.put(case_of(rated.answer, verdict, rated.history, rated.scope))
        except ValidationError:
            return f"That could not be kept. Give a right answer of at most {MAX_ANSWER_CHARS:,} characters."
        except AssistantError as error:
            return str(error)
        except Exception:
            logger.exception("feedback could not be kept")
            return "That could not be kept. Try again; if it happens again, see the log."
        return f"Kept as a test case in {self._file.path.name}."

    def html(self) -> str:
        """Which answers are rated how, for the page's script."""
        thumbs = {key: "down" if case.get("rejected") else "up" for key, case in self._file.cases().items()}
        return f'<div class="ratings" data-thumbs="{escape(json.dumps(thumbs))}"></div>'


def told_html(told: str) -> str:
    """What is said of the last verdict."""
    return f'<p class="rating-told" role="status">{escape(told)}</p>'


def form_html() -> str:
    """The form that a thumb down opens; it stays while the conversation changes."""
    return (
        '<form class="rating-form" hidden aria-label="What would have been right?">'
        '<label for="right-answer">What would have been right? <small>If you know it.</small></label>'
        f'<textarea id="right-answer" rows="2" maxlength="{MAX_ANSWER_CHARS}"></textarea>'
        '<div class="rating-buttons"><button type="submit" class="button">Save the right answer</button>'
        '<button type="button" class="button" data-unanswerable>The documents do not say</button>'
        '<button type="button" class="link" data-close>Leave it at that</button></div></form>'
    )
