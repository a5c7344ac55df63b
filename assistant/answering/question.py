"""What can be wrong with a question, told before anything is loaded. Pure."""

from __future__ import annotations

from assistant.errors import QuestionError


def check_question(question: str, max_chars: int) -> None:
    """Hold a question against what can be asked at all.

    Raises:
        QuestionError: it is empty, no valid UTF-8, or longer than `max_chars` characters.
    """
    if not question.strip():
        raise QuestionError("The question is empty", "Ask something about your documents.")
    try:
        question.encode("utf-8")
    except UnicodeEncodeError as error:
        raise QuestionError("The question is not valid UTF-8", "Type it again in a UTF-8 terminal.") from error
    if len(question) > max_chars:
        raise QuestionError(
            f"The question has {len(question):,} characters, over the limit of {max_chars:,}",
            "Shorten it, or raise ASSISTANT_MAX_QUESTION_CHARS.",
        )
