"""What stands in an empty conversation: what to do, or questions that the documents are known to answer."""

from __future__ import annotations

import logging
import threading
from typing import TYPE_CHECKING

from assistant.errors import AssistantError
from assistant.ui.render import escape
from assistant.ui.startup import Startup

if TYPE_CHECKING:
    from assistant.facade import Assistant

logger = logging.getLogger(__name__)

#: Questions shown.
COUNT = 4


class Greeter:
    """Looks for questions to begin with, in the background, whenever the documents have changed."""

    def __init__(self, assistant: Assistant, startup: Startup) -> None:
        self._assistant = assistant
        self._startup = startup
        self._guard = threading.Lock()
        self._looking = False
        self._of: object = None
        self._questions: tuple[str, ...] = ()

    @property
    def questions(self) -> tuple[str, ...]:
        """Those found for the documents as they were last looked at; they stay until others are found."""
        return self._questions

    def look(self, edition: object) -> None:
        """Look for questions if there is a new edition of the documents; returns at once."""
        with self._guard:
            if edition is None or edition == self._of or self._looking or self._startup.stopping:
                return
            self._looking = True
        threading.Thread(target=self._find, args=(edition,), name="assistant-starters", daemon=True).start()

    def _find(self, edition: object) -> None:
        try:
            self._questions = self._assistant.starters(COUNT, lambda: self._startup.stopping)
        except AssistantError as error:
            logger.info("no questions to begin with: %s", error)
        except Exception:
            # Nothing depends on them, and a document may go while it is looked into.
            logger.warning("no questions to begin with", exc_info=True)
        finally:
            with self._guard:
                self._of, self._looking = edition, False


def greeting_html(count: int, corpus: str, busy: bool, questions: tuple[str, ...] = ()) -> str:
    """What stands in an empty conversation.

    Args:
        count: how many documents there are.
        corpus: the folder that is synced.
        busy: whether documents are being indexed.
        questions: to begin with.
    """
    if count:
        them, their = ("document", "its") if count == 1 else (f"{count:,} documents", "their")
        return (
            f"<h2>Ask your {them}</h2><p>Every answer is made from {their} words and cites them. "
            f"Click a number in the answer to see the words where they stand.</p>{_starters_html(questions, count)}"
        )
    if busy:
        return "<h2>Getting ready</h2><p>Your documents are being indexed. You can ask as soon as they are.</p>"
    return (
        "<h2>Add a document to begin</h2><ol><li>Choose <em>Add documents</em>, or drop files on the panel."
        f"</li><li>Or put files into <code>{escape(corpus)}</code>.</li></ol>"
        "<p>Then ask about them here. Nothing leaves this machine unless you set a remote chat model.</p>"
    )


def _starters_html(questions: tuple[str, ...], count: int) -> str:
    if not questions:
        return ""
    items = "".join(f'<li><button type="button" class="starter">{escape(each)}</button></li>' for each in questions)
    answered = "it answers" if count == 1 else "they answer"
    return f'<div class="starters"><h3>Questions {answered}</h3><ul>{items}</ul></div>'
