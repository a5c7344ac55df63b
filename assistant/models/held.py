"""The chat model of a process: loaded once, when it is first wanted or ahead of that, and given back at the end."""

from __future__ import annotations

import threading
from collections.abc import Callable
from contextlib import suppress
from typing import TYPE_CHECKING

from assistant.errors import AssistantError

if TYPE_CHECKING:
    from assistant.models.chat import ChatModel


class HeldChatModel:
    """A chat model that several threads share.

    Args:
        load: loads it; its errors are told to whoever needs the model.
    """

    def __init__(self, load: Callable[[], ChatModel]) -> None:
        self._load = load
        self._guard = threading.Lock()
        self._closed = 0
        self._model: ChatModel | None = None

    def load_ahead(self) -> None:
        """Begin to load it, and wait for nothing; what goes wrong is told when it is needed."""
        threading.Thread(target=self._ahead, args=(self._closed,), daemon=True).start()

    def _ahead(self, closed: int) -> None:
        with self._guard, suppress(AssistantError):
            # Closed in the meantime, nobody would ever close what is loaded now.
            if self._model is None and closed == self._closed:
                self._model = self._load()

    def get(self) -> ChatModel:
        """The model, loaded.

        Raises:
            AssistantError: it cannot be loaded.
        """
        with self._guard:
            if self._model is None:
                self._model = self._load()
            return self._model

    def close(self) -> None:
        """Give the model back; harmless when there is none. `get` loads it again."""
        with self._guard:
            self._closed += 1
            if self._model is not None:
                self._model.close()
            self._model = None
