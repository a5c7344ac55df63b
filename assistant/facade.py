"""The one public door: everything the command line, the chat and the evaluations do goes through it."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pydantic import SecretStr

from assistant.answering.answer import Answer, StreamEvent, Turn, whole
from assistant.answering.options import AnswerOptions
from assistant.documents.options import ReadOptions, read_passwords
from assistant.documents.parser import ParserProcess, ReadLimits
from assistant.documents.registry import check_file, printable
from assistant.errors import AssistantError, IndexMismatchError, QuestionError, StorageError
from assistant.fetching import Limits, Page, fetch, is_address
from assistant.index.ingest import AddResult, Embedder, Library, Origin
from assistant.index.lock import Address, HomeLock
from assistant.index.originals import Originals
from assistant.index.records import DocumentInfo, FailedFile
from assistant.index.scope import Scope, Selection, checked_tag, nothing_within, select
from assistant.index.store import Store, unknown
from assistant.index.undo import TakenOut
from assistant.retrieval.model import SearchHit
from assistant.settings import Settings

if TYPE_CHECKING:
    from langchain_core.language_models import BaseChatModel

    from assistant.answering.answerer import Answerer
    from assistant.index.vectors import Progress, VectorIndex
    from assistant.models.chat import ChatModel
    from assistant.retrieval.engine import Engine

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


@dataclass(frozen=True)
class _Opened:
    """What exists while the home is open."""

    embedder: Any
    vectors: VectorIndex
    parser: ParserProcess
    ingest: Library
    engine: Engine


#: Seconds that somebody who waits for the picture of a page is left waiting.
_DRAWING_S = 20.0


def parser_of(settings: Settings, most_s: float | None = None) -> ParserProcess:
    """The process that files are read in, as the settings have it; for `most_s` seconds each where that is less."""
    seconds = settings.reading_timeout_s
    limits = ReadLimits(seconds if most_s is None else min(seconds, most_s), settings.reading_memory_mb)
    options = ReadOptions(ocr=settings.ocr, ocr_languages=settings.ocr_languages, ocr_pages=settings.ocr_pages)
    return ParserProcess(limits, options, settings.password_file)


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
        self._store = Store(settings.home)
        self._originals = Originals(self._store, lambda: parser_of(settings, _DRAWING_S), self._max_bytes)
        self._lock = HomeLock(settings.home)
        self._guard = threading.RLock()
        self._chat_guard = threading.Lock()
        self._closed = 0
        self._opened: _Opened | None = None
        self._chat: ChatModel | None = None
        self._answerer: Answerer | None = None
        self.repaired: str | None = None

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

    def claim(self) -> None:
        """Take the home's lock, creating the home if it is missing; nothing is opened.

        Raises:
            HomeLockedError: another process owns the home.
            StorageError: the home cannot be written.
        """
        try:
            self.settings.home.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise StorageError(
                f"The home {self.settings.home} cannot be created: {error.strerror or error}",
                "Set ASSISTANT_HOME to a folder you can write to.",
            ) from error
        with self._guard:
            self._lock.acquire()

    def announce(self, address: Address | None) -> None:
        """Say beside the lock where this owner takes the work of other processes, None: nowhere any more.

        Raises:
            StorageError: the home cannot be written.
        """
        self._lock.announce(address)

    def _open(self, progress: Progress | None = None, chat: bool = False) -> _Opened:
        opened = self._opened
        if opened is not None:
            # The guard may be held for as long as a chat model takes to load.
            return opened
        with self._guard:
            if self._opened is None:
                self.claim()
                if chat:
                    threading.Thread(target=self._load_ahead, args=(self._closed,), daemon=True).start()
                try:
                    self._opened = self._open_index(progress)
                except BaseException:
                    self.close()
                    raise
            return self._opened

    def _open_index(self, progress: Progress | None) -> _Opened:
        from assistant.index.vectors import VectorIndex
        from assistant.models.embeddings import load_embeddings
        from assistant.models.process import prepare_process
        from assistant.models.reranker import load_reranker
        from assistant.retrieval.engine import Engine

        prepare_process()
        settings = self.settings
        self._store.open()
        embedder = load_embeddings(settings)
        self._check_embedding(embedder)
        vectors = VectorIndex(settings.home / "chroma", self._store)
        self.repaired = vectors.open(progress)
        parser = parser_of(settings)
        library = Library(self._store, vectors, embedder, parser, settings.passage_tokens, self._max_bytes)
        reranker = load_reranker(settings)
        engine = Engine(self._store, vectors, embedder, settings.candidates, settings.passages, reranker)
        return _Opened(embedder, vectors, parser, library, engine)

    def _check_embedding(self, embedder: Embedder) -> None:
        name, dimension = embedder.name, str(embedder.dimension)
        stored = (self._store.get_meta("embedding_model"), self._store.get_meta("embedding_dimension"))
        if stored == (None, None):
            self._store.set_meta(embedding_model=name, embedding_dimension=dimension, vectors_dirty="1")
        elif stored != (name, dimension):
            raise IndexMismatchError(
                f"The index was made with the embedding model {stored[0]} ({stored[1]} dimensions), "
                f"not {name} ({dimension})",
                "Set ASSISTANT_EMBEDDING_MODEL back, or run `assistant doctor --reembed`: everything is embedded anew "
                "from the stored text.",
            )

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
        with self._guard:
            with self._chat_guard:
                self._closed += 1
                if self._chat is not None:
                    self._chat.close()
                self._chat = None
            if self._opened is not None:
                self._opened.parser.close()
                self._opened.vectors.close()
            self._originals.close()
            self._answerer = self._opened = None
            self._store.close()
            self._lock.release()

    @property
    def _max_bytes(self) -> int:
        return self.settings.max_file_mb * 2**20

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
            AssistantError: of the first one that fails; those before it stay added.
        """
        words = {"password_file": password_file, "password": password}
        return [self._add(source, origin, words, again, progress) for source in sources]

    def _add(
        self,
        source: Path | str | Page,
        origin: Origin,
        words: Mapping[str, Any],
        again: bool,
        progress: Progress | None,
    ) -> AddResult:
        # A mistyped path, address or password file is told before a model is loaded.
        if self._opened is None:
            read_passwords(words["password_file"] or self.settings.password_file)
        if isinstance(source, str) and is_address(source):
            source = self.fetch(source, progress)
        if isinstance(source, Page):
            return self._open().ingest.add_page(source, **words, again=again, progress=progress)
        path = Path(source)
        if self._opened is None:
            check_file(path, self._max_bytes)
        return self._open().ingest.add(path, origin=origin, **words, again=again, progress=progress)

    def fetch(self, address: str, progress: Progress | None = None) -> Page:
        """What stands at an http(s) address, for `add`; the only thing here that reaches beyond this machine.

        Raises:
            AddressError: it may not be fetched, cannot be, or is nothing that is read.
        """
        settings = self.settings
        return fetch(address, Limits(self._max_bytes, settings.fetch_timeout_s, settings.fetch_private), progress)

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
    ) -> list[AddResult]:
        """Make the index equal a folder (default: the corpus): new, changed, moved and deleted files.

        With `retry`, files that failed are tried again though neither they nor the settings have changed; `told` is
        given the result of each file that is not known for unchanged by its entry in the folder, once there is one.

        Raises:
            DocumentError: the folder does not exist.
            StorageError: nothing can be written; what was told stays done.
        """
        from assistant.index.sync import sync_folder

        library = self._open().ingest
        return sync_folder(library, folder or self.settings.corpus, retry=retry, progress=progress, told=told)

    def failures(self) -> list[FailedFile]:
        """The files of synced folders that could not be read, by name; needs no lock and loads nothing."""
        from assistant.index.files import failed_files

        return failed_files(self._store) if self._readable() else []

    def edition(self) -> object:
        """Something that changes whenever a document comes, goes, is replaced or moves."""
        return self._store.edition() if self._readable() else None

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
        from assistant.index.reembed import reembed
        from assistant.models.embeddings import load_embeddings
        from assistant.models.process import prepare_process

        if not self._store.exists:
            return 0
        with self._guard:
            self.close()
            try:
                self.claim()
                self._store.open()
                prepare_process()
                return reembed(self._store, load_embeddings(self.settings), progress)
            finally:
                self.close()

    def documents(self) -> list[DocumentInfo]:
        """All documents by name; needs no lock and loads nothing."""
        return self._store.documents() if self._readable() else []

    def tag(self, names: Sequence[str], *, add: Sequence[str] = (), remove: Sequence[str] = ()) -> list[DocumentInfo]:
        """Give documents tags and take tags from them; gives those documents as they are then.

        Needs no lock: it can be done while another process answers from these documents.

        Raises:
            UnknownDocumentError: a name is not in the index; nothing is changed then.
            ScopeError: a tag is empty or cannot be shown.
        """
        added, removed = ([checked_tag(tag) for tag in tags] for tags in (add, remove))
        if not self._readable():
            raise unknown(names)
        self._store.tag(names, added, removed)
        return [info for info in self.documents() if info.name in names]

    def text(self, name: str) -> str:
        """A document's canonical text, which all spans point into.

        Raises:
            UnknownDocumentError: there is no such document.
        """
        if not self._readable():
            raise unknown([name])
        return self._store.text(name)

    @property
    def originals(self) -> Originals:
        """The files that documents were made from, and pictures of their pages; needs no lock and loads no model."""
        self._readable()
        return self._originals

    def _readable(self) -> bool:
        if not self._store.exists:
            return False
        self._store.open()
        return True

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
    ) -> Iterator[StreamEvent]:
        """The answer as it settles: evidence first, then sentence by sentence, the whole at the end.

        The stream may be abandoned at any time. Errors are those of `ask`.
        """
        names = self.check(question, documents, scope)
        if not (self._readable() and self._store.count_documents()):
            from assistant.answering.compose import nothing_to_answer_from

            yield from nothing_to_answer_from(question.strip(), self.settings.chat_model)
            return
        chosen = options or AnswerOptions()
        answerer = self._quoter() if chosen.quote_only else self.answerer
        yield from answerer.stream(question.strip(), history, names, chosen.length)

    def starters(self, count: int = 4, stopped: Callable[[], bool] = lambda: False) -> tuple[str, ...]:
        """Questions that the documents as they are now answer, at most `count`; no chat model is needed for them.

        Looking for them takes a few seconds, once for each state of the documents; `stopped` ends it early.

        Raises: as `open`.
        """
        if not (self._readable() and self._store.count_documents()):
            return ()
        from assistant.starters.find import find_starters, remembered_starters

        known = remembered_starters(self._store)
        if known is None:
            known = find_starters(self._store, self._quoter().answers_from, count, stopped)
        return known[:count]

    def check(
        self, question: str, documents: Sequence[str] | None = None, scope: Scope | None = None
    ) -> Sequence[str] | None:
        """Whatever can be wrong with a question, told before any model is loaded.

        Returns:
            The names of the documents that it is asked within; None if that is all.

        Raises:
            QuestionError: the question is empty or too long.
            UnknownDocumentError: a name in `documents` is not in the index.
            ScopeError: no document is within the scope.
        """
        self._check_question(question)
        if documents:
            scope = (scope or Scope()).model_copy(update={"documents": tuple(documents)})
        return self.within(scope).documents if scope and not scope.is_open else None

    def within(self, scope: Scope) -> Selection:
        """The documents within a scope, and those left out for want of a date.

        Raises:
            UnknownDocumentError: a document that the scope names is not in the index.
            ScopeError: there is none.
        """
        infos = self.documents()
        missing = set(scope.documents).difference(info.name for info in infos)
        if missing:
            raise unknown([name for name in scope.documents if name in missing])
        selection = select(scope, infos)
        if not selection.documents:
            raise nothing_within(scope, selection)
        return selection

    @property
    def model_name(self) -> str:
        """The chat model's name; "quote-only" when there is none."""
        return self._ready_chat().name

    @property
    def notice(self) -> str | None:
        """What a person must know about the chat model, such as that there is none; None if nothing."""
        return self._ready_chat().notice

    def _check_question(self, question: str) -> None:
        if not question.strip():
            raise QuestionError("The question is empty", "Ask something about your documents.")
        try:
            question.encode("utf-8")
        except UnicodeEncodeError as error:
            raise QuestionError("The question is not valid UTF-8", "Type it again in a UTF-8 terminal.") from error
        limit = self.settings.max_question_chars
        if len(question) > limit:
            raise QuestionError(
                f"The question has {len(question):,} characters, over the limit of {limit:,}",
                "Shorten it, or raise ASSISTANT_MAX_QUESTION_CHARS.",
            )

    def _load_ahead(self, closed: int) -> None:
        with self._chat_guard, suppress(AssistantError):
            # Closed in the meantime, nobody would ever close what is loaded now.
            if self._chat is None and closed == self._closed:
                self._chat = self._load_chat()

    def _ready_chat(self) -> ChatModel:
        with self._chat_guard:
            if self._chat is None:
                self._chat = self._load_chat()
            return self._chat

    def _load_chat(self) -> ChatModel:
        from assistant.models.chat import ChatModel, load_chat_model

        given = self._given_chat
        return ChatModel(given, given.get_name(), "remote") if given else load_chat_model(self.settings)

    @property
    def answerer(self) -> Answerer:
        """The answering room, with models loaded: for evaluations that look inside a judgement."""
        with self._guard:
            opened = self._open(chat=True)
            if self._answerer is None:
                self._answerer = self._make_answerer(opened, self._ready_chat())
            return self._answerer

    def _quoter(self) -> Answerer:
        """The answering room without a chat model, which need not be loaded for it."""
        from assistant.answering.answerer import CHOSEN_QUOTE_LEAD
        from assistant.models.chat import QUOTE_ONLY, ChatModel

        none = ChatModel(runnable=None, name=QUOTE_ONLY, location="none")
        return self._make_answerer(self._open(), none, quote_lead=CHOSEN_QUOTE_LEAD)

    def _make_answerer(self, opened: _Opened, chat: ChatModel, **rest: str) -> Answerer:
        from assistant.answering.answerer import Answerer
        from assistant.retrieval.retriever import EvidenceRetriever

        retriever = EvidenceRetriever(engine=opened.engine, limit=self.settings.evidence_sentences)
        return Answerer(retriever, opened.embedder, chat, self.settings, **rest)
