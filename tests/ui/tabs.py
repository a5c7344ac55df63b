"""A tab of a browser as the handlers meet it: it keeps what it was told to show."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import AsyncIterator, Sequence
from pathlib import Path
from typing import Any

from ui_fakes import FakeAssistant

from assistant.answering.options import AnswerOptions
from assistant.conversations.database import Database
from assistant.conversations.store import Conversations
from assistant.ui.answers import Answers
from assistant.ui.conversation import Conversation, Update
from assistant.ui.session import Session
from assistant.ui.startup import Startup
from assistant.ui.talks import Talks


class House:
    """One running program: its handlers over a home."""

    def __init__(self, fake: FakeAssistant, startup: Startup, home: Path) -> None:
        home.mkdir(parents=True, exist_ok=True)
        self.kept = Conversations(Database(home))
        self.answers = Answers(fake, startup, self.kept)
        self.talks = Talks(self.kept, self.answers)
        self.conversation = Conversation(self.answers, self.talks)


class Tab:
    """One tab: `heading`, `shown`, `question`, `source` and `talks` are what stands in it, `id` what it shows."""

    def __init__(self, house: House) -> None:
        self.house = house
        self.session = Session()
        self.updates: list[Update] = []
        self.id = self.heading = self.shown = self.question = self.source = self.talks = ""

    def ask(self, question: str, documents: Sequence[str] = (), options: AnswerOptions | None = None) -> Tab:
        self.question = question
        asked = self.house.conversation.ask(question, self.id, self.session, lambda: documents, options)
        return self._drive(asked)

    def again(
        self, question: str | None = None, options: AnswerOptions | None = None, documents: Sequence[str] = ()
    ) -> Tab:
        asked = self.house.conversation.again(self.id, question, self.session, lambda: documents, options)
        return self._drive(asked)

    def open(self, conversation: Any = "") -> Tab:
        return self._drive(self.house.conversation.open(conversation, self.session))

    def follow(self) -> Tab:
        return self._drive(self.house.conversation.follow(self.session))

    def act(self, action: str, conversation: str = "", words: str = "") -> Tab:
        html = asyncio.run(self.house.talks.act(self.session, action, conversation, words))
        self.talks = self.talks if html is None else html
        return self

    def look(self, number: int, html: str) -> Tab:
        """Open a source: the panel's `number`-th request of this tab."""

        async def opened() -> AsyncIterator[Update]:
            async for step in self.session.source.steps(number, iter([html])):
                yield Update(source=step)

        return self._drive(opened())

    def stop(self) -> None:
        self.house.conversation.stop(self.id)

    def meanwhile(self, method: str, *given: Any) -> threading.Thread:
        """Let something happen in this tab while the test goes on."""
        thread = threading.Thread(target=getattr(self, method), args=given, daemon=True)
        thread.start()
        return thread

    def _drive(self, updates: AsyncIterator[Update]) -> Tab:
        async def collect() -> None:
            async for update in updates:
                self._take(update)

        asyncio.run(collect())
        return self

    def _take(self, update: Update) -> None:
        self.updates.append(update)
        self.heading = self.heading if update.heading is None else update.heading
        self.shown = self.shown if update.conversation is None else update.conversation
        self.question = self.question if update.question is None else update.question
        self.source = self.source if update.source is None else update.source
        self.talks = self.talks if update.talks is None else update.talks
        if update.heading is not None:
            self.id = update.heading.split('data-conversation="')[1].split('"')[0]
