"""How a single question is to be answered, whatever the settings are for all."""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel, ConfigDict

Length = Literal["short", "normal", "long"]
#: Shares of the setting `answer_tokens`.
_SHARES: dict[Length, float] = {"short": 0.5, "normal": 1.0, "long": 2.0}
#: English words in a token, as OpenAI's and most other tokenizers come to on running text.
_WORDS_PER_TOKEN = 0.75
#: Fewer tokens are no sentence, and no setting.
_LEAST_TOKENS = 16


class AnswerOptions(BaseModel):
    """What may differ from question to question.

    With `quote_only` no chat model takes part: the answer is the closest words of the documents. `length` is how
    long an answer that a chat model writes may become.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    quote_only: bool = False
    length: Length = "normal"


def tokens_for(length: Length, answer_tokens: int) -> int:
    """The longest answer in tokens.

    Args:
        length: the one asked for.
        answer_tokens: the longest of normal length.
    """
    return max(_LEAST_TOKENS, round(_SHARES[length] * answer_tokens))


def words_for(length: Length, answer_tokens: int) -> int:
    """About how many words that is, to the nearest ten."""
    return max(10, round(tokens_for(length, answer_tokens) * _WORDS_PER_TOKEN / 10) * 10)
