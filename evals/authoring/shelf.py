"""The documents cases are written over: their texts, cut into passages that a person can take in at a glance."""

from __future__ import annotations

import math
import random
import re
from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path

from assistant.answering.words import content_stems
from assistant.documents.model import Document
from assistant.documents.registry import read_bytes
from assistant.errors import DocumentError, QuestionSetError
from assistant.home import parser_of
from assistant.index.passages import split, squash
from assistant.settings import Settings
from evals.home import Progress, list_documents

#: Longest passage shown, in words.
_PASSAGE_WORDS = 110
#: A passage of fewer words says too little to ask about.
_LEAST_WORDS = 8


@dataclass(frozen=True)
class Sentence:
    """A sentence as it stands in its document; `page` is 1-based, None where the format has none."""

    text: str
    page: int | None


@dataclass(frozen=True)
class Shown:
    """A passage to ask about: where it is from, and its sentences in order."""

    document: str
    headings: tuple[str, ...]
    sentences: tuple[Sentence, ...]

    @property
    def text(self) -> str:
        """Its words on one line."""
        return squash(" ".join(sentence.text for sentence in self.sentences))

    @property
    def place(self) -> str:
        """Document, page and innermost heading in words."""
        page = self.sentences[0].page
        parts = (self.document, f"page {page}" if page else "", self.headings[-1] if self.headings else "")
        return ", ".join(part for part in parts if part)


@dataclass(frozen=True)
class Shelf:
    """The documents read: canonical `texts` by name, `passages` in order, and why some files were not read."""

    texts: Mapping[str, str]
    passages: tuple[Shown, ...]
    unread: Mapping[str, str] = field(default_factory=dict)


def _words(texts: Sequence[str]) -> list[int]:
    return [len(text.split()) for text in texts]


def passages_of(document: Document) -> list[Shown]:
    """A document's passages in order."""
    return [
        Shown(
            document.name,
            passage.headings,
            tuple(Sentence(document.text[each.start : each.end], each.page) for each in passage.sentences),
        )
        for passage in split(document, _PASSAGE_WORDS, _words)
    ]


def shelf_of(documents: Iterable[Document], unread: Mapping[str, str]) -> Shelf:
    """A shelf of documents that were read."""
    texts: dict[str, str] = {}
    passages: list[Shown] = []
    for document in documents:
        texts[document.name] = document.text
        passages += passages_of(document)
    telling = [passage for passage in passages if len(passage.text.split()) >= _LEAST_WORDS]
    return Shelf(texts, tuple(telling or passages), dict(unread))


def read_shelf(folder: Path, settings: Settings, told: Progress) -> Shelf:
    """Read a folder as indexing it would: the same readers, limits and texts, so that quotes hold.

    Raises:
        QuestionSetError: the folder is missing, empty or holds nothing that can be read.
    """
    files = list_documents(folder)
    documents: list[Document] = []
    unread: dict[str, str] = {}
    with closing(parser_of(settings)) as parser:
        for done, (name, path) in enumerate(sorted(files.items())):
            told("documents", done, len(files))
            try:
                documents += parser.read(read_bytes(path, settings.max_bytes), name, str(path))
            except DocumentError as error:
                unread[name] = str(error)
    told("documents", len(files), len(files))
    if not documents:
        reason = next(iter(unread.values()))
        raise QuestionSetError(f"Nothing in {folder} can be read: {reason}", "Give another folder with --documents.")
    return shelf_of(documents, unread)


def in_order(
    shelf: Shelf, seed: int, documents: Collection[str] = (), asked: Mapping[str, Collection[str]] | None = None
) -> list[Shown]:
    """The passages in an order that the seed decides, without those that cases were written about.

    Args:
        shelf: the documents.
        seed: another seed, another order.
        documents: names of the only documents to take; all if empty.
        asked: quotes of the cases there are, by document.
    """
    quoted = {name: [squash(quote) for quote in quotes] for name, quotes in (asked or {}).items()}
    chosen = [passage for passage in shelf.passages if not documents or passage.document in documents]
    random.Random(seed).shuffle(chosen)
    return [passage for passage in chosen if not any(q in passage.text for q in quoted.get(passage.document, ()))]


def matching(passages: Sequence[Shown], words: str) -> list[Shown]:
    """Passages that share words with these, those with the most and rarest first; by stems, rarity as in IDF."""
    wanted = set(content_stems(words)) | set(re.findall(r"\d[\d.,]*\d|\d", words))
    held = [wanted & (set(content_stems(p.text)) | set(re.findall(r"\d[\d.,]*\d|\d", p.text))) for p in passages]
    spread = Counter(word for words_held in held for word in words_held)
    weights = [sum(math.log(1 + len(passages) / spread[word]) for word in each) for each in held]
    ranked = sorted(range(len(passages)), key=lambda at: -weights[at])
    return [passages[at] for at in ranked if weights[at] > 0]
