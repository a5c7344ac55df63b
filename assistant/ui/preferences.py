"""Settings in view: which model answers, where it runs, what leaves the machine, how long answers may be."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any, get_args
from urllib.parse import urlsplit

from assistant.answering.options import AnswerOptions, Length, words_for
from assistant.settings import LOOPBACK_HOSTS
from assistant.ui.render import QUOTE_ONLY, escape, isolated

if TYPE_CHECKING:
    from assistant.settings import Settings

#: In the browser, of the arguments `shown`, which are what the controls have: how answers are wanted. It keeps that,
#: and knows it before the controls show it; what it kept of another kind counts for nothing.
KEPT_OPTIONS = f"window.corpusAssistant.options({json.dumps(get_args(Length))}, ...shown)"

#: In the browser: what is asked within, as this tab was told of it last. A server that forgot the tab, or was started
#: anew, learns it from there: a question must never be asked of more than was chosen.
KEPT_CHOICE = "window.corpusAssistant.choice()"


def remote_host(settings: Settings) -> str | None:
    """The host that questions and quotes are sent to; None if they stay on this machine."""
    if settings.chat_model == "none" or not settings.chat_base_url:
        return None
    host = urlsplit(settings.chat_base_url).hostname
    return None if host in LOOPBACK_HOSTS else host or "the chat model's server"


def model_place(base_url: str | None) -> str:
    """Where the chat model runs, in words: what a person must know before they ask something private."""
    host = urlsplit(base_url).hostname if base_url else None
    if host is None or host in LOOPBACK_HOSTS:
        return "on this machine, offline"
    return f"questions and quotes are sent to {host}"


def who_answers(settings: Settings, loaded: str | None) -> tuple[str, str]:
    """The chat model's name and where it runs, in words.

    Args:
        settings: which one is wanted.
        loaded: the name of the one that is loaded, None before that.
    """
    name = loaded or settings.chat_model
    if name in (QUOTE_ONLY, "none"):
        return "Quotes only", "no chat model is set"
    return name, model_place(settings.chat_base_url)


def options_of(quote_only: Any, length: Any) -> AnswerOptions:
    """What the controls say, checked: they are the browser's word."""
    known = length if length in get_args(Length) else "normal"
    return AnswerOptions(quote_only=bool(quote_only), length=known)


def length_choices(settings: Settings) -> list[tuple[str, Length]]:
    """The lengths of an answer in words, for people, with their names."""
    return [
        (f"{length.capitalize()}, up to about {words_for(length, settings.answer_tokens):,} words", length)
        for length in get_args(Length)
    ]


def facts_html(settings: Settings, loaded: str | None, feedback: Path) -> str:
    """Who answers, where, and where things are kept."""
    model, where = who_answers(settings, loaded)
    host = remote_host(settings)
    leaves = (
        f"Questions and the quotes found for them are sent to {isolated(host)}; documents stay here."
        if host
        else "Nothing: documents, questions and answers stay on this machine."
    )
    rows = (
        ("Answers", f"{isolated(model)}, {escape(where)}"),
        ("Leaves this machine", leaves),
        ("Documents from", isolated(settings.corpus)),
        ("Index and uploads", isolated(settings.home)),
        ("Feedback", isolated(feedback)),
    )
    return f'<dl class="settings-facts">{"".join(f"<dt>{name}</dt><dd>{told}</dd>" for name, told in rows)}</dl>'


def privacy_html(settings: Settings, options: AnswerOptions) -> str:
    """What is said over the conversation where questions leave the machine; nothing where they do not."""
    host = remote_host(settings)
    if host is None:
        return ""
    if options.quote_only:
        return '<p class="privacy">Quotes only: nothing is sent to the remote chat model.</p>'
    return (
        f'<p class="privacy leaves"><strong>Remote chat model.</strong> Your questions and the quotes found for them '
        f"are sent to {isolated(host)}. Choose <em>Quotes only</em> under Settings to keep them here.</p>"
    )
