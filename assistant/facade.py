"""The one public door: everything the command line, the chat and the evaluations do goes through it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pydantic import SecretStr

from assistant.answering.answer import Answer, StreamEvent, Turn, whole
from assistant.answering.options import AnswerOptions
from assistant.answering.question import check_question
from assistant.documents.options import read_passwords
from assistant.documents.registry import check_file, printable
from assistant.errors import DocumentError
from assistant.fetching import Limits, Page, fetch, is_address
from assistant.home import Home, OpenIndex
from assistant.index.ingest import AddResult, Origin
from assistant.index.lock import Address
from assistant.index.originals import Originals
from assistant.index.records import DocumentInfo, FailedFile, unknown
from assistant.index.scope import Filtered, Scope, Selection, checked_tag, chosen_within
from assistant.index.undo import TakenOut
from assistant.models.held import HeldChatModel
from assistant.models.leaving import never
from assistant.retrieval.model import SearchHit
from assistant.settings import Settings

if TYPE_CHECKING:
    from langchain_core.language_models import BaseChatModel

    from assistant.answering.answerer import Answerer
    from assistant.index.vectors import Progress
    from assistant.models.chat import ChatModel

__all__ = [
    "AddResult",
    "AnswerOptions",
    "Assistant",
    "DocumentInfo",
    "FailedFile",
    "Page",
    "Scope",
    "SearchHit",
    "Selection",
    "TakenOut",
]


class Assistant:
    """Documents in, checked answers out.

    Nothing heavy happens before it is needed: listing documents reads the database, searching loads the
    embedding model, asking the chat model. Use it as a context manager. It may be used from several
    threads; one process owns a home at a time.

    Args:
        settings: where the home is and which models answer.
        chat: a chat model to use in the place of the one the settings name.
    """

    def __init__(self, settings: Settings, *, chat: BaseChatModel | None = None) -> None:
        self.settings = settings
        self._given_chat = chat
        self._home = Home(settings)
        self._chat = HeldChatModel(self._load_chat)
        self._answerer: Answerer | None = None

    def __enter__(self) -> Assistant:
        return self

    def __exit__(self, *_error: object) -> None:
        self.close()

    # --- opening and closing ---------------------------------------------------------------------------

    def open(self, progress: Progress | None = None, *, chat: bool = False) -> None:
        """Take the home's lock and open the index, repairing it where need be (see `repaired`).

        With `chat` the chat model begins to load meanwhile; what goes wrong with it is told when it is needed.

        Raises:
            HomeLockedError: another process owns the home.
            IndexMismatchError: the index was made with another embedding model.
            StorageError: the home cannot be written.
        """
        self._open(progress, chat)

    def _open(self, progress: Progress | None = None, chat: bool = False) -> OpenIndex:
        return self._home.open(progress, self._chat.load_ahead if chat else None)

    @property
    def repaired(self) -> str | None:
        """What was mended when the index was opened; None if nothing was."""
        return self._home.repaired

    def claim(self) -> None:
        """Take the home's lock, creating the home if it is missing; nothing is opened.

        Raises:
            HomeLockedError: another process owns the home.
            StorageError: the home cannot be written.
        """
        self._home.claim()

    def announce(self, address: Address | None) -> None:
        """Say beside the lock where this owner takes the work of other processes, None: nowhere any more.

        Raises:
            StorageError: the home cannot be written.
        """
        self._home.announce(address)

    def warm(self) -> None:
        """Load the chat model and have it read the prompt's fixed part, so that the first answer is quick."""
        self.answerer.warm()

    def prepare(self, *, chat: bool = True) -> list[str]:
        """Load what a question needs, with `chat` what an answer needs; nothing while there is no document.

        Returns:
            What a person must know: that the index was repaired, that there is no chat model.

        Raises:
            AssistantError: as `open` and `warm`.
        """
        if not self.documents():
            return []
        self.open(chat=chat)
        notes = [self.repaired]
        if chat:
            notes.append(self.notice)
            self.warm()
        return [note for note in notes if note]

    def close(self) -> None:
        """Give back models, files and the lock; harmless when called twice."""
        with self._home.guard:
            self._answerer = None
            self._chat.close()
            self._home.close()

    # --- documents --------------------------------------------------------------------------------------

    def add(
        self,
        sources: Iterable[Path | str | Page],
        *,
        origin: Origin = "added",
        password_file: Path | None = None,
        password: SecretStr | None = None,
        again: bool = False,
        progress: Progress | None = None,
    ) -> list[AddResult]:
        """Add files, http(s) addresses and what was fetched from them, one by one; each is all or nothing.

        `password_file` holds passwords for locked files, one a line, in the place of the settings' file, `password`
        is the only one tried; with `again` files are read anew though they have not changed.

        Raises:
            DocumentError: of the first that cannot be read, once all were tried; the others are added.
            AssistantError: what is no fault of any of them, at once; those before stay added.
        """
        words = {"password_file": password_file, "password": password}
        results: list[AddResult] = []
        failed: list[DocumentError] = []
        # A mistyped password file is told once, and before a model is loaded.
        read_passwords(password_file or self.settings.password_file)
        for source in sources:
            try:
                results.append(self._add(source, origin, words, again, progress))
            except DocumentError as error:
                failed.append(error)
        if len(failed) > 1:
            first, more = failed[0], len(failed) - 1
            raise type(first)(f"{first.args[0]}; {more} more could not be added", first.next_step)
        if failed:
            raise failed[0]
        return results

    def _add(
        self,
        source: Path | str | Page,
        origin: Origin,
        words: Mapping[str, Any],
        again: bool,
        progress: Progress | None,
    ) -> AddResult:
        # A mistyped path or address is told before a model is loaded.
        if isinstance(source, str) and is_address(source):
            source = self.fetch(source, progress)
        if isinstance(source, Page):
            return self._open().ingest.add_page(source, **words, again=again, progress=progress)
        path = Path(source)
        if self._home.opened is None:
            check_file(path, self.settings.max_bytes)
        return self._open().ingest.add(path, origin=origin, **words, again=again, progress=progress)

    def fetch(self, address: str, progress: Progress | None = None) -> Page:
        """What stands at an http(s) address, for `add`; the only thing here that reaches beyond this machine.

        Raises:
            AddressError: it may not be fetched, cannot be, or is nothing that is read.
        """
        settings = self.settings
        return fetch(address, Limits(settings.max_bytes, settings.fetch_timeout_s, settings.fetch_private), progress)

    def remove(self, names: Iterable[str]) -> list[AddResult]:
        """Remove documents by name.

        Raises:
            UnknownDocumentError: a name is not in the index; nothing is removed then.
        """
        library = self._open().ingest
        # A name in bytes that are no UTF-8 cannot be looked up; as it is shown, it is unknown.
        return library.remove([printable(name) for name in names])

    def unlock(self, failed: FailedFile, password: SecretStr, progress: Progress | None = None) -> AddResult:
        """Read a file of a synced folder that only a password opens; the password is tried once and forgotten.

        Raises:
            DocumentError: it cannot be read all the same.
        """
        folder = Path(failed.folder)
        library = self._open().ingest
        return library.add(
            folder / failed.name, name=failed.name, origin="synced", folder=folder, password=password, progress=progress
        )

    def take_out(self, names: Sequence[str]) -> TakenOut:
        """Remove documents by name, as `remove` does, and give what `put_back` undoes it with.

        Raises:
            UnknownDocumentError: a name is not in the index; nothing is removed then.
        """
        return self._open().ingest.take_out(names)

    def put_back(self, taken: TakenOut) -> None:
        """Put documents back as they were; `sync` no longer leaves their files out.

        Raises:
            NameTakenError: a document of one of the names has come meanwhile; nothing is changed then.
        """
        self._open().ingest.put_back(taken)

    def sync(
        self,
        folder: Path | None = None,
        *,
        retry: bool = False,
        progress: Progress | None = None,
        told: Callable[[AddResult], None] | None = None,
        within: Progress | None = None,
    ) -> list[AddResult]:
        """Make the index equal a folder (default: the corpus): new, changed, moved and deleted files.

        With `retry`, files that failed are tried again though neither they nor the settings have changed; `told` is
        given the result of each file that is not known for unchanged by its entry in the folder, once there is one.
        `progress` counts files, `within` what is done of the file in hand.

        Raises:
            DocumentError: the folder does not exist, or the password file cannot be read.
            StorageError: nothing can be written; what was told stays done.
        """
        from assistant.index.sync import sync_folder

        # Else each file would be told to fail by it, and be remembered as one that does.
        read_passwords(self.settings.password_file)
        library = self._open().ingest
        chosen = folder or self.settings.corpus
        return sync_folder(library, chosen, retry=retry, progress=progress, told=told, within=within)

    def failures(self) -> list[FailedFile]:
        """The files of synced folders that could not be read, by name; needs no lock and loads nothing."""
        from assistant.index.files import failed_files

        return failed_files(self._home.store) if self._home.readable() else []

    def edition(self) -> object:
        """Something that changes whenever a document comes, goes, is replaced or moves."""
        return self._home.store.edition() if self._home.readable() else None

    def mend(self) -> str | None:
        """Hold the vector index against the database, vector by vector, and mend it; what was done, None if nothing.

        Raises: as `open`.
        """
        return self._open().vectors.mend()

    def reembed(self, progress: Progress | None = None) -> int:
        """Embed all documents anew with the model of the settings, from the stored text; how many texts.

        Interrupted, it goes on where it stopped when it is called again; until it is through, the index is as it was.
        None are embedded if the index was made with this very model. The assistant is closed afterwards.

        Raises:
            HomeLockedError: another process owns the home.
            StorageError: the home cannot be written.
        """
        with self._home.guard:
            self.close()
            return self._home.reembed(progress)

    def documents(self) -> list[DocumentInfo]:
        """All documents by name; needs no lock and loads nothing."""
        return self._home.store.documents() if self._home.readable() else []

    def tag(self, names: Sequence[str], *, add: Sequence[str] = (), remove: Sequence[str] = ()) -> list[DocumentInfo]:
        """Give documents tags and take tags from them; gives those documents as they are then.

        Needs no lock: it can be done while another process answers from these documents.

        Raises:
            UnknownDocumentError: a name is not in the index; nothing is changed then.
            ScopeError: a tag is empty or cannot be shown.
        """
        added, removed = ([checked_tag(tag) for tag in tags] for tags in (add, remove))
        if not self._home.readable():
            raise unknown(names)
        self._home.store.tag(names, added, removed)
        return [info for info in self.documents() if info.name in names]

    def text(self, name: str) -> str:
        """A document's canonical text, which all spans point into.

        Raises:
            UnknownDocumentError: there is no such document.
        """
        if not self._home.readable():
            raise unknown([name])
        return self._home.store.text(name)

    @property
    def originals(self) -> Originals:
        """The files that documents were made from, and pictures of their pages; needs no lock and loads no model."""
        self._home.readable()
        return self._home.originals

    # --- questions --------------------------------------------------------------------------------------

    def search(
        self,
        question: str,
        *,
        k: int = 5,
        documents: Sequence[str] | None = None,
        scope: Scope | None = None,
        history: Sequence[Turn] = (),
    ) -> list[SearchHit]:
        """The k best passages for a question, best first; of documents named or within a scope.

        Raises:
            QuestionError: the question is empty or too long.
            UnknownDocumentError: a name in `documents` is not in the index.
            ScopeError: no document is within the scope.
        """
        names = self.check(question, documents, scope)
        return list(self._open().engine.retrieve(question, history, names, k).hits)

    def ask(
        self,
        question: str,
        *,
        history: Sequence[Turn] = (),
        documents: Sequence[str] | None = None,
        scope: Scope | None = None,
        options: AnswerOptions | None = None,
    ) -> Answer:
        """The checked answer to a question, from all documents, those named or those within a scope.

        `options` are for this question alone; without, it is answered as the settings have it.

        Raises:
            QuestionError: the question is empty or too long.
            ChatModelError: the chat model's endpoint fails.
            AssistantError: the chat model cannot be loaded.
            UnknownDocumentError: a name in `documents` is not in the index.
            ScopeError: no document is within the scope.
        """
        return whole(self.stream(question, history=history, documents=documents, scope=scope, options=options))

    def stream(
        self,
        question: str,
        *,
        history: Sequence[Turn] = (),
        documents: Sequence[str] | None = None,
        scope: Scope | None = None,
        options: AnswerOptions | None = None,
        stopped: Callable[[], bool] = never,
    ) -> Iterator[StreamEvent]:
        """The answer as it settles: evidence first, then sentence by sentence, the whole at the end.

        The evidence waits for the index alone, not for the chat model to be loaded. The stream may be closed after any
        event. `stopped` ends it between two events, without an answer: the chat model then writes no further token. It
        is called from other threads as well. Errors are those of `ask`.
        """
        names = self.check(question, documents, scope)
        if not (self._home.readable() and self._home.store.count_documents()):
            from assistant.answering.compose import nothing_to_answer_from

            yield from nothing_to_answer_from(question.strip(), self.settings.chat_model)
            return
        chosen = options or AnswerOptions()
        answerer = self._quoter() if chosen.quote_only else self.answerer
        yield from answerer.stream(question.strip(), history, names, chosen.length, stopped)

    def starters(self, count: int = 4, stopped: Callable[[], bool] = never) -> tuple[str, ...]:
        """Questions that the documents as they are now answer, at most `count`; no chat model is needed for them.

        Looking for them takes a few seconds, once for each state of the documents; `stopped` ends it early.

        Raises: as `open`.
        """
        if not (self._home.readable() and self._home.store.count_documents()):
            return ()
        from assistant.starters.find import find_starters, remembered_starters

        known = remembered_starters(self._home.store)
        if known is None:
            known = find_starters(self._home.store, self._quoter().answers_from, count, stopped)
        return known[:count]

    def check(
        self, question: str, documents: Sequence[str] | None = None, scope: Scope | None = None
    ) -> Sequence[str] | None:
        """Whatever can be wrong with a question, told before any model is loaded.

        Returns:
            The names of the documents that it is asked within; None if that is all. They are `Filtered` where nobody
            named them: one that is removed or moved before it is looked into is then no error.

        Raises:
            QuestionError: the question is empty or too long.
            UnknownDocumentError: a name in `documents` is not in the index.
            ScopeError: no document is within the scope.
        """
        check_question(question, self.settings.max_question_chars)
        if documents:
            scope = (scope or Scope()).model_copy(update={"documents": tuple(documents)})
        if not scope or scope.is_open:
            return None
        names = self.within(scope).documents
        return names if scope.documents else Filtered(names)

    def within(self, scope: Scope) -> Selection:
        """The documents within a scope, and those left out for want of a date.

        Raises:
            UnknownDocumentError: a document that the scope names is not in the index.
            ScopeError: there is none.
        """
        return chosen_within(scope, self.documents())

    @property
    def model_name(self) -> str:
        """The chat model's name; "quote-only" when there is none."""
        return self._chat.get().name

    @property
    def notice(self) -> str | None:
        """What a person must know about the chat model, such as that there is none; None if nothing."""
        return self._chat.get().notice

    def _load_chat(self) -> ChatModel:
        from assistant.models.chat import ChatModel, load_chat_model

        given = self._given_chat
        return ChatModel(given, given.get_name(), "remote") if given else load_chat_model(self.settings)

    @property
    def answerer(self) -> Answerer:
        """The answering room over the open index: for evaluations that look inside a judgement.

        The chat model begins to load, and is waited for where it is needed.
        """
        with self._home.guard:
            opened = self._open(chat=True)
            if self._answerer is None:
                self._answerer = self._make_answerer(opened, self._chat.get)
            return self._answerer

    def _quoter(self) -> Answerer:
        """The answering room without a chat model, which need not be loaded for it."""
        from assistant.answering.answerer import CHOSEN_QUOTE_LEAD
        from assistant.models.chat import QUOTE_ONLY, ChatModel

        none = ChatModel(runnable=None, name=QUOTE_ONLY, location="none")
        return self._make_answerer(self._open(), lambda: none, quote_lead=CHOSEN_QUOTE_LEAD)

    def _make_answerer(self, opened: OpenIndex, chat: Callable[[], ChatModel], **rest: str) -> Answerer:
        from assistant.answering.answerer import Answerer
        from assistant.retrieval.retriever import EvidenceRetriever

        retriever = EvidenceRetriever(engine=opened.engine, limit=self.settings.evidence_sentences)
        return Answerer(retriever, opened.embedder, chat, self.settings, **rest)
