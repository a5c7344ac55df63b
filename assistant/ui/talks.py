"""The list of conversations as each tab sees it: searched, renamed, deleted and restored. Knows nothing of Gradio."""

from __future__ import annotations

import asyncio
import logging
import secrets
import time
from datetime import datetime
from typing import Any

from assistant.conversations.store import Conversations
from assistant.errors import AssistantError
from assistant.ui.answers import UNEXPECTED, Answers
from assistant.ui.session import Session
from assistant.ui.talk_list import known_id, talks_html

logger = logging.getLogger(__name__)

#: Seconds between looks for deleted conversations whose time is over.
PURGE_S = 60.0
#: Longest search, in characters.
SEARCH_CHARS = 200


class Talks:
    """The handlers of the list of conversations."""

    def __init__(self, conversations: Conversations, answers: Answers) -> None:
        self._conversations = conversations
        self._answers = answers
        self._server = secrets.token_hex(4)
        self._purged = float("-inf")

    @property
    def edition(self) -> int:
        """A number that changes whenever a conversation begins, goes on, or gets another name."""
        return self._conversations.edition

    async def news(self, session: Session) -> str | None:
        """The list for a tab, None if it stands there already."""
        await self._purge()
        today = datetime.now().astimezone().date()
        shown = (self.edition, self._answers.busy(), session.words, session.notice, session.conversation, today)
        if shown == session.listed:
            return None
        session.listed = shown
        html = await asyncio.to_thread(self._html, session)
        # Else something has changed meanwhile, and whoever noticed gives the newer list.
        return html if session.listed == shown else None

    async def act(self, session: Session, action: Any, conversation: Any, words: Any) -> str | None:
        """Carry out what was asked for in the list, and give the list; an unknown action changes nothing.

        Args:
            session: the tab.
            action: `search`, `rename`, `delete` or `restore`.
            conversation: the id of the one it is about.
            words: what to search for, or the new name.
        """
        text, where = words if isinstance(words, str) else "", known_id(conversation)
        session.notice = ""
        try:
            if action == "search":
                session.words = text[:SEARCH_CHARS]
            elif action == "rename":
                await asyncio.to_thread(self._conversations.rename, where, text)
            elif action == "delete":
                self._answers.stop(where)
                await asyncio.to_thread(self._conversations.delete, where)
            elif action == "restore":
                await asyncio.to_thread(self._conversations.restore, where)
        except AssistantError as error:
            session.notice = str(error)
        except Exception:
            logger.exception("the list of conversations could not be changed")
            session.notice = ". ".join(UNEXPECTED)
        return await self.news(session)

    def _html(self, session: Session) -> str:
        notice = session.notice
        try:
            found = self._conversations.find(session.words)
        except AssistantError as error:
            found, notice = [], str(error)
        except Exception:
            logger.exception("the conversations cannot be listed")
            found, notice = [], ". ".join(UNEXPECTED)
        return talks_html(
            found,
            current=session.conversation or "",
            busy=self._answers.busy(),
            words=session.words,
            notice=notice,
            server=self._server,
            now=datetime.now().astimezone(),
        )

    async def _purge(self) -> None:
        if time.monotonic() - self._purged < PURGE_S:
            return
        self._purged = time.monotonic()
        try:
            await asyncio.to_thread(self._conversations.purge)
        except AssistantError as error:
            logger.warning("deleted conversations cannot be erased yet: %s", error)
