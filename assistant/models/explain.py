"""What went wrong between here and the chat model, in words for the person."""

from __future__ import annotations

from collections.abc import Iterator
from urllib.parse import urlsplit, urlunsplit

from assistant.errors import ChatModelError
from assistant.settings import Settings

_RAISE_TIMEOUT = "Ask again, or raise ASSISTANT_CHAT_TIMEOUT_S."
_NOT_OPENAI = "Check that ASSISTANT_CHAT_BASE_URL is an OpenAI-compatible endpoint (it usually ends in /v1)."
_TOO_LONG = "Ask a shorter question, lower ASSISTANT_EVIDENCE_SENTENCES or raise ASSISTANT_CHAT_CONTEXT_TOKENS."


def explain(error: Exception, settings: Settings) -> ChatModelError:
    """The one-line error, with its remedy, for whatever calling the chat model raised.

    Only settings, status codes and the kinds of errors are named, for an endpoint's own words may repeat the
    key or the documents.
    """
    import httpx
    import openai

    if isinstance(error, ChatModelError):
        return error
    where = _where(settings)
    chain = list(_chain(error))
    if any(isinstance(each, (openai.APITimeoutError, httpx.TimeoutException)) for each in chain):
        return ChatModelError(f"{where} did not answer within {settings.chat_timeout_s:g} seconds", _RAISE_TIMEOUT)
    if isinstance(error, openai.APIStatusError):
        too_long = error.status_code == 400 and "context" in str(error).lower()
        return ChatModelError(*_status(error.status_code, too_long, where, settings))
    if any(isinstance(each, httpx.ConnectError) for each in chain):
        return ChatModelError(f"{where} cannot be reached", _reach(settings))
    if isinstance(error, (openai.APIError, httpx.HTTPError)):
        return ChatModelError(f"{where} broke off its answer", "Ask again; if it repeats, see that server's log.")
    if isinstance(error, RuntimeError) and "client has been closed" in str(error):
        return ChatModelError(f"{where} has been closed", "Start the program again.")
    return ChatModelError(f"{where} sent what is no chat answer ({type(error).__name__})", _NOT_OPENAI)


def shown_url(url: str) -> str:
    """An address without what may be secret in it: user, password and query."""
    parts = urlsplit(url)
    return urlunsplit((parts.scheme, parts.netloc.rpartition("@")[2], parts.path, "", ""))


def _status(code: int, too_long: bool, where: str, settings: Settings) -> tuple[str, str]:
    """Message and next step for a refusal by status code."""
    if too_long:
        return f"{where} cannot read a prompt as long as this one", _TOO_LONG
    known = {
        401: (f"{where} refuses the key", "Set ASSISTANT_CHAT_API_KEY to the key of that endpoint."),
        403: (
            f"{where} refuses the key for {settings.chat_model}",
            "Set ASSISTANT_CHAT_API_KEY to one that may use this model, or choose another ASSISTANT_CHAT_MODEL.",
        ),
        404: (
            f"{where} knows no model {settings.chat_model}, or is not an OpenAI-compatible endpoint",
            "Correct ASSISTANT_CHAT_MODEL, or ASSISTANT_CHAT_BASE_URL (it usually ends in /v1).",
        ),
        429: (f"{where} takes no more requests for now", "Wait a little, or look at the quota of that key."),
    }
    other = (f"{where} answered with HTTP status {code}", "Ask again; if it repeats, see that server's log.")
    return known.get(code, other)


def _chain(error: BaseException) -> Iterator[BaseException]:
    """The error and what caused it, innermost last."""
    seen: set[int] = set()
    current: BaseException | None = error
    while current is not None and id(current) not in seen:
        seen.add(id(current))
        yield current
        current = current.__cause__ or current.__context__


def _where(settings: Settings) -> str:
    if settings.chat_base_url is None:
        return "The embedded chat model"
    return f"The chat model at {shown_url(settings.chat_base_url)}"


def _reach(settings: Settings) -> str:
    if settings.chat_base_url is None:
        return "Start the program again."
    return "Start that server, check the network, or correct ASSISTANT_CHAT_BASE_URL."
