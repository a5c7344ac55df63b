"""Finding a few questions that the documents of an open index answer, each tried before it is shown."""

from __future__ import annotations

import json
import random
from collections.abc import Callable, Iterator, Sequence
from itertools import zip_longest

from assistant.index.rows import document_rows, passage_rows, sentence_rows
from assistant.index.store import Store
from assistant.retrieval.evidence import unmeasured
from assistant.retrieval.model import Evidence
from assistant.starters.wording import ORDER, Candidate, Span, candidates

#: Documents looked into, and passages of each: enough to choose from, read in a moment.
_DOCUMENTS = 12
_PASSAGES = 40
#: Questions tried at most; each costs a search.
_TRIED = 48
#: So many times those wanted are found before one takes what there is, however alike.
_ENOUGH = 3
#: Where the questions found last are kept among the facts about the index, and of which making they are.
_META = "starters"
_VERSION = 1

#: Whether a question is answered from one of some spans.
Answers = Callable[[str, frozenset[Span]], bool]


def remembered_starters(store: Store) -> tuple[str, ...] | None:
    """The questions found for the documents as they are now; None if none were looked for."""
    try:
        kept = json.loads(store.get_meta(_META) or "null")
        if kept["version"] == _VERSION and kept["edition"] == list(store.edition()):
            return tuple(str(question) for question in kept["questions"])
    except (ValueError, KeyError, TypeError):
        pass
    return None


def find_starters(store: Store, answers: Answers, count: int, stopped: Callable[[], bool]) -> tuple[str, ...]:
    """Up to `count` questions that are answered, of different documents and forms as far as possible.

    What was found is remembered with the index.

    Args:
        store: the open store.
        answers: tries a question.
        count: how many are wanted.
        stopped: asked between two tries; once true, what was found by then is given and not remembered.
    """
    edition = store.edition()
    chosen: list[Candidate] = []
    spare: list[Candidate] = []
    for candidate in _in_turn(store):
        if stopped():
            return tuple(each.question for each in chosen)
        if not answers(candidate.question, candidate.spans):
            continue
        # A second one of the same form waits until it is known whether there are others.
        alike = any(each.form == candidate.form for each in chosen)
        (spare if alike else chosen).append(candidate)
        if len(chosen) + len(spare) == _ENOUGH * count:
            break
        if len(chosen) == count:
            break
    questions = tuple(each.question for each in [*chosen, *spare][:count])
    kept = {"version": _VERSION, "edition": edition, "questions": questions}
    store.set_meta(**{_META: json.dumps(kept)})
    return questions


def _in_turn(store: Store) -> Iterator[Candidate]:
    """Candidates of the documents in turn, the first of each form before the second of any."""
    rows = document_rows(store)
    if len(rows) > _DOCUMENTS:
        # The same ones for the same documents, whenever they are looked for.
        rows = random.Random(rows[-1].id).sample(rows, _DOCUMENTS)
    made = [_rounds(candidates(_evidence(store, row.id))) for row in rows]
    tried = 0
    for turn in zip_longest(*made):
        for candidate in turn:
            if candidate is not None:
                yield candidate
                tried += 1
                if tried == _TRIED:
                    return


def _rounds(found: Sequence[Candidate]) -> list[Candidate]:
    """The first candidate of each form, then the second of each, and so on."""
    seen: dict[str, int] = {}
    numbered = []
    for candidate in found:
        seen[candidate.form] = seen.get(candidate.form, -1) + 1
        numbered.append((seen[candidate.form], ORDER.index(candidate.form), candidate))
    return [candidate for _, _, candidate in sorted(numbered, key=lambda each: each[:2])]


def _evidence(store: Store, document_id: int) -> list[Evidence]:
    """The sentences of a document's first passages, each once."""
    passages = passage_rows(store, sorted(store.passage_ids([document_id]))[:_PASSAGES])
    found: dict[tuple[int, int], Evidence] = {}
    for row in sentence_rows(store, list(passages)):
        found.setdefault((row.passage_id, row.start), unmeasured(row, passages[row.passage_id]))
    return sorted(found.values(), key=lambda each: each.start)
