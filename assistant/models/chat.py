"""Settings -> the chat model: embedded, remote, or none."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal

from pydantic import SecretStr

from assistant.errors import SettingsError
from assistant.models.catalog import CHAT_MODELS, ChatModelFile
from assistant.models.explain import explain
from assistant.models.files import path_of, place_of
from assistant.models.process import prepare_process
from assistant.settings import Settings

if TYPE_CHECKING:
    from langchain_core.language_models import BaseChatModel
    from langchain_core.messages import BaseMessage

__all__ = ["QUOTE_ONLY", "ChatModel", "explain", "load_chat_model"]

#: The model's name where answers are quotes of the documents, with nothing written by a model.
QUOTE_ONLY = "quote-only"
#: Attempts after the first at a remote endpoint; the embedded one either answers or is gone.
_RETRIES = 1


def _nothing() -> None:
    return None


def _read_nothing(_messages: Sequence[BaseMessage]) -> None:
    return None


@dataclass(frozen=True)
class ChatModel:
    """What answers are written with.

    `runnable` is None when there is no model. `name` is what answers say they were written by. `location`
    says where questions and evidence go. `notice`, if any, is one line for the person. `warm` has an embedded
    model read the messages that every prompt begins with (a remote one is not bothered). `close` breaks off
    answers under way and frees the model; harmless when repeated.
    """

    runnable: BaseChatModel | None
    name: str
    location: Literal["embedded", "remote", "none"]
    notice: str | None = None
    close: Callable[[], None] = field(default=_nothing, repr=False)
    warm: Callable[[Sequence[BaseMessage]], None] = field(default=_read_nothing, repr=False)


def load_chat_model(settings: Settings) -> ChatModel:
    """Load the chat model the settings name; with an endpoint set, nothing embedded is looked at.

    Raises:
        SettingsError: the name is neither embedded nor is there an endpoint for it, the endpoint is no
            address, or the context is longer than the model's.
        ModelFileError: the embedded model's file is not the one it should be.
        ChatModelError: the embedded model cannot be loaded.
    """
    if settings.chat_model == "none":
        return ChatModel(runnable=None, name=QUOTE_ONLY, location="none")
    if settings.chat_base_url is not None:
        return _remote(settings, settings.chat_base_url)
    model = CHAT_MODELS.get(settings.chat_model)
    if model is None:
        raise SettingsError(
            f"No embedded chat model is called {settings.chat_model}",
            f"Set ASSISTANT_CHAT_BASE_URL to the endpoint that serves it, or choose {', '.join(CHAT_MODELS)} or none.",
        )
    if not place_of(model, settings.models_dir).exists():
        notice = "There is no chat model yet, so answers are quotes only: run `assistant models pull`."
        return ChatModel(runnable=None, name=QUOTE_ONLY, location="none", notice=notice)
    return _embedded(settings, model)


def _remote(settings: Settings, base_url: str) -> ChatModel:
    prepare_process()
    from assistant.models.client import Endpoint, checked_base_url

    endpoint = Endpoint(
        checked_base_url(base_url),
        settings.chat_api_key or SecretStr("none"),
        settings.chat_model,
        answer_tokens=settings.answer_tokens,
        timeout_s=settings.chat_timeout_s,
        retries=_RETRIES,
    )
    return ChatModel(endpoint.runnable, settings.chat_model, "remote", close=endpoint.close)


def _embedded(settings: Settings, model: ChatModelFile) -> ChatModel:
    if settings.chat_context_tokens > model.context_tokens:
        raise SettingsError(
            f"{model.name} reads at most {model.context_tokens:,} tokens at once, not {settings.chat_context_tokens:,}",
            "Lower ASSISTANT_CHAT_CONTEXT_TOKENS.",
        )
    from assistant.models.embedded import EmbeddedServer

    server = EmbeddedServer(
        model,
        path_of(model, settings.models_dir),
        context_tokens=settings.chat_context_tokens,
        threads=settings.chat_threads,
        prefixes=settings.models_dir / "prefixes",
        timeout_s=settings.chat_timeout_s,
    )
    try:
        # Importing takes about as long as the model takes to load meanwhile.
        prepare_process()
        from langchain_core.messages import convert_to_openai_messages

        from assistant.models.client import Endpoint

        endpoint = Endpoint(
            server.base_url,
            SecretStr(server.api_key),
            model.name,
            answer_tokens=settings.answer_tokens,
            timeout_s=settings.chat_timeout_s,
            retries=0,
        )
    except BaseException:
        server.close()
        raise

    def close() -> None:
        server.close()
        endpoint.close()

    def warm(messages: Sequence[BaseMessage]) -> None:
        server.warm([dict(each) for each in convert_to_openai_messages(list(messages))])

    return ChatModel(endpoint.runnable, model.name, "embedded", close=close, warm=warm)
