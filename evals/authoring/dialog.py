"""The talk in which a person writes cases: a passage is shown, a question taken, its quote checked, the case kept."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

from assistant.index.passages import squash
from evals.authoring.appending import append, new_id
from evals.authoring.cases import made_case, parts, remarks
from evals.authoring.proposals import Proposer
from evals.authoring.quotes import as_it_stands, nearest
from evals.authoring.shelf import Shelf, Shown, in_order, matching
from evals.metrics.answers import answer_found
from evals.sets import Question

_QUESTION = "Question (Enter: another passage, /words: look for a passage, q: stop)"
_ANSWER = "Answer, in the words that must be said; other wordings after | (-: the documents do not say; Enter: back)"
_QUOTE = "Sentence that says so: its number, several as 1 2, or its words"
_KEEP = "Keep it as a question without an answer? (y, n, q to stop, or type it better)"
_YES = frozenset({"y", "yes"})
_NO = frozenset({"", "n", "no"})


class Person(Protocol):
    """Whom the talk is with."""

    def show(self, text: str, kind: str = "") -> None:
        """Show a paragraph; `kind` is "heading", "saved", "remark" or nothing."""

    def ask(self, prompt: str) -> str | None:
        """Ask for a line; None when there will be no more."""


class _StopError(Exception):
    """The person has said that it is enough, or there are no more lines."""


@dataclass
class Session:
    """One sitting over one file; `cases` are all there are in it, those written here too."""

    shelf: Shelf
    path: Path
    person: Person
    cases: list[Question]
    seed: int = 0
    documents: tuple[str, ...] = ()
    within: bool = False
    written: int = field(default=0, init=False)

    def run(self, proposer: Callable[[], Proposer], words: str = "") -> None:
        """Show passages until the person stops or none is left.

        Args:
            proposer: makes the near misses when the first case is written.
            words: the passages that hold them come first, if any are given.

        Raises:
            StorageError: a case cannot be kept; those before it are.
        """
        self._propose = proposer
        passages = self._passages(words)
        try:
            while (passage := next(passages, None)) is not None:
                search = self._at(passage)
                if search:
                    passages = self._passages(search)
            self.person.show("There is no other passage.")
        except _StopError:
            pass

    def _passages(self, words: str) -> Iterator[Shown]:
        if words:
            # Who looks for something may want to ask more about what was asked about before.
            found = matching(in_order(self.shelf, self.seed, self.documents), words)
            if found:
                return iter(found)
            self.person.show(f"No passage has anything of “{words}”.", "remark")
        quoted: dict[str, list[str]] = {}
        for case in self.cases:
            for name in case.documents:
                quoted.setdefault(name, []).extend(case.quotes)
        return iter(in_order(self.shelf, self.seed, self.documents, quoted))

    def _at(self, passage: Shown) -> str:
        """Questions about one passage until the person moves on; gives words to look for, if any."""
        self.person.show(passage.place, "heading")
        for number, sentence in enumerate(passage.sentences, start=1):
            self.person.show(f"{number:>3}  {squash(sentence.text)}")
        while True:
            question = self._line(_QUESTION)
            if question.startswith("/"):
                return question[1:].strip()
            if not question:
                return ""
            case = self._case(passage, question)
            if case is not None:
                self._keep(case)
                if case.answerable:
                    self._near(case)

    def _line(self, prompt: str) -> str:
        while True:
            line = self.person.ask(prompt)
            if line is None or line.strip().lower() == "q":
                raise _StopError
            try:
                line.encode("utf-8")
            except UnicodeEncodeError:
                self.person.show("That is no valid UTF-8. Type it again.", "remark")
                continue
            return " ".join(line.split())

    def _case(self, passage: Shown, question: str) -> Question | None:
        name = new_id(passage.document, {case.id for case in self.cases})
        answer = self._line(_ANSWER)
        if answer == "-":
            return made_case(name, question, (), passage.document, within=self.within)
        answers = parts(answer)
        if not answers:
            return None
        chosen = self._quotes(passage, answers)
        for remark in remarks(answers, [quote for quote, _ in chosen]):
            self.person.show(remark, "remark")
            if self._line("Keep the case as it is? (y, n)").lower() not in _YES:
                return None
        pages = [page for _, page in chosen if page is not None]
        quotes = [quote for quote, _ in chosen]
        return made_case(name, question, answers, passage.document, quotes, pages, within=self.within)

    def _quotes(self, passage: Shown, answers: Sequence[str]) -> list[tuple[str, int | None]]:
        """Quotes with their pages: sentences by number, or words that stand in the document."""
        sentences = passage.sentences
        likely = [n for n, s in enumerate(sentences, start=1) if any(answer_found(a, s.text) for a in answers)]
        default = str(likely[0]) if likely else "1" if len(sentences) == 1 else ""
        while True:
            given = self._line(f"{_QUOTE} [{default}]" if default else _QUOTE) or default
            numbers = given.replace(",", " ").split()
            if numbers and all(n.isdecimal() and 1 <= int(n) <= len(sentences) for n in numbers):
                chosen = [sentences[int(n) - 1] for n in dict.fromkeys(numbers)]
                return [(sentence.text, sentence.page) for sentence in chosen]
            exact = as_it_stands(given, self.shelf.texts[passage.document]) if given else None
            if exact is not None:
                page = next((s.page for s in sentences if squash(exact) in squash(s.text)), None)
                return [(exact, page)]
            like = nearest(given, [sentence.text for sentence in sentences])
            hint = f" Nearest is: {like}" if like else ""
            self.person.show(f"That does not stand in {passage.document}.{hint}", "remark")

    def _near(self, case: Question) -> None:
        for proposal in self._propose().propose(case):
            where = f" (asked of {', '.join(proposal.scope)})" if proposal.scope else ""
            self.person.show(f"Near it, and perhaps not answered{where}: {proposal.question}")
            while (said := self._line(_KEEP)).startswith("/"):
                self.person.show("No passages are looked for here: y, n, q to stop, or a better question.", "remark")
            if said.lower() in _NO:
                continue
            question = proposal.question if said.lower() in _YES else said
            name = proposal.id
            while name in {each.id for each in self.cases}:
                name = f"{name}-again"
            self._keep(proposal.model_copy(update={"question": question, "id": name}))

    def _keep(self, case: Question) -> None:
        append(self.path, [case])
        self.cases.append(case)
        self.written += 1
        answered = "" if case.answerable else ", without an answer"
        self.person.show(f"Kept as {case.id}{answered}: case {len(self.cases)} of the set.", "saved")
