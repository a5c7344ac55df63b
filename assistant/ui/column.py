"""The documents column and what looks after the page as a whole, in Gradio's components, and what happens in them."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from assistant.documents.registry import READERS, supported_suffixes
from assistant.ui import panels
from assistant.ui.choice import Shelf
from assistant.ui.documents import Documents
from assistant.ui.greeting import Greeter, greeting_html
from assistant.ui.panel import QUIET, panel
from assistant.ui.preferences import (
    KEPT_CHOICE,
    KEPT_OPTIONS,
    facts_html,
    length_choices,
    options_of,
    privacy_html,
    who_answers,
)
from assistant.ui.ratings import Rated, Ratings, form_html, told_html
from assistant.ui.render import escape
from assistant.ui.shelf import finder_html, upload_html
from assistant.ui.startup import Startup

if TYPE_CHECKING:
    from collections.abc import Callable

    from assistant.settings import Settings

#: Seconds between looks at the state while something is going on, and while nothing is.
TICK_S = 1.0
RESTING_TICK_S = 3.0


class Column(NamedTuple):
    """The components of the documents column, its settings included."""

    upload: Any
    intake: Any
    finder: Any
    listing: Any
    facts: Any
    quote_only: Any
    length: Any


class Marks(NamedTuple):
    """What each part of the page was last drawn of: it is drawn anew when that is another."""

    status: object = None
    listing: object = None
    intake: object = None
    greeting: object = None
    ratings: object = None


class Views:
    """What the page shows of the program as a whole, as HTML."""

    def __init__(
        self,
        settings: Settings,
        startup: Startup,
        documents: Documents,
        greeter: Greeter,
        ratings: Ratings,
        feedback: Path,
    ) -> None:
        self._settings = settings
        self._startup = startup
        self._documents = documents
        self._greeter = greeter
        self._ratings = ratings
        self._feedback = feedback

    def marks(self) -> Marks:
        """Something for each part that changes whenever it would look different."""
        progress, edition = self._startup.progress, self._documents.edition()
        if progress.settled and not self._documents.intake.busy and not self._documents.unreadable:
            self._greeter.look(edition)
        return Marks(
            status=progress,
            listing=(edition, self._documents.tagged, progress.indexing, progress.settled, progress.problems),
            intake=self._documents.intake.edition,
            greeting=(edition, progress.settled, self._greeter.questions),
            ratings=(self._ratings.edition(),),
        )

    @property
    def going_on(self) -> bool:
        """Whether something is being done that is to be watched closely."""
        documents = self._documents
        return not self._startup.progress.settled or documents.intake.busy or documents.bin.busy

    def status(self) -> str:
        """The state of the program, and who answers."""
        # Not asked of the assistant: it would load the model to tell its name.
        progress = self._startup.progress
        return panels.status_html(progress, *who_answers(self._settings, progress.model))

    def facts(self) -> str:
        """Who answers, where things are kept, what leaves the machine."""
        return facts_html(self._settings, self._startup.progress.model, self._feedback)

    def greeting(self) -> str:
        """What stands in an empty conversation."""
        documents, problem = self._documents.found()
        if problem:
            return f'<h2>The documents cannot be read</h2><p role="alert">{escape(problem)}</p>'
        busy = not self._startup.progress.settled
        return greeting_html(len(documents), str(self._settings.corpus), busy, self._greeter.questions)

    def wanted(self, quote_only: Any, length: Any) -> tuple[str, str]:
        """What is said of how the next question is answered: where questions leave the machine, and beside the box."""
        options = options_of(quote_only, length)
        return privacy_html(self._settings, options), panels.wanted_html(options)


def documents_column(settings: Settings) -> Column:
    """The components of the left column, to be called inside it."""
    import gradio as gr

    kinds = ", ".join(entry.suffixes[0].lstrip(".").upper() for entry in READERS)
    panel("documents-title", "<h2>Documents</h2>")
    upload = panel("upload", upload_html(supported_suffixes(), kinds, settings.max_file_mb), "upload.js")
    intake = panel("upload-results", script="documents.js")
    finder = panel("finder", finder_html(), "finder.js")
    listing = panel("documents", script="documents.js")
    with gr.Accordion("Settings", open=False, elem_id="settings"):
        quote_only = gr.Checkbox(
            label="Quotes only",
            info="The closest words of the documents; no chat model takes part.",
            elem_id="quote-only",
        )
        length = gr.Radio(
            length_choices(settings), value="normal", label="Length of the next answers", elem_id="answer-length"
        )
        facts = panel("facts")
    return Column(upload, intake, finder, listing, facts, quote_only, length)


class Shared(NamedTuple):
    """Components of the rest of the page that the column's events read or change."""

    blocks: Any
    status: Any
    greeting: Any
    scope: Any
    wanted: Any
    privacy: Any
    timer: Any
    marks: Any
    shelf: Any
    #: Never shown: a place for what the browser kept of what was chosen.
    kept: Any


def wire_column(
    column: Column, shared: Shared, views: Views, documents: Documents, ratings_panel: Any, ratings: Ratings
) -> None:
    """What happens in the column, and whenever the state of the program is looked at."""
    import gradio as gr

    def look(shelf: Shelf | None, seen: Marks | None, kept: str) -> tuple[Any, ...]:
        marks, last = views.marks(), seen or Marks()
        if marks == last:
            return (gr.skip(),) * 10
        known = shelf if shelf is not None else documents.restored(kept)

        def drawn(part: str, draw: Callable[[], str]) -> Any:
            return draw() if getattr(marks, part) != getattr(last, part) else gr.skip()

        return (
            drawn("status", views.status),
            drawn("status", views.facts),
            drawn("listing", lambda: documents.html(known)),
            drawn("listing", lambda: documents.scope_html(known)),
            drawn("intake", documents.intake_html),
            drawn("greeting", views.greeting),
            drawn("ratings", ratings.html),
            gr.Timer(TICK_S if views.going_on else RESTING_TICK_S),
            marks,
            known,
        )

    def act(shelf: Shelf | None, kept: str, event: gr.EventData) -> tuple[Any, ...]:
        data = event._data
        known = shelf if shelf is not None else documents.restored(kept)
        known = documents.act(known, data.get("action"), data.get("name"), data.get("words"))
        return (
            known,
            documents.html(known),
            documents.intake_html(),
            documents.scope_html(known),
            gr.Timer(TICK_S if views.going_on else RESTING_TICK_S),
        )

    def add(event: gr.EventData) -> tuple[Any, ...]:
        address = event._data.get("address")
        if address:
            documents.adding.add_address(address)
        else:
            documents.adding.add(event._data.get("files"))
        return documents.intake_html(), gr.Timer(TICK_S)

    # One at a time: what a tab has chosen is never written from what it was before, nor anything drawn over what is
    # newer. None of them waits for anything; what lasts is done in the background. None may be dropped either.
    in_turn: dict[str, Any] = {"concurrency_id": "column", "concurrency_limit": 1, **QUIET}
    # Annotations are strings in this module: Gradio looks the event class up in these.
    act.__annotations__["event"] = add.__annotations__["event"] = gr.EventData
    seen = [
        shared.status, column.facts, column.listing, shared.scope, column.intake, shared.greeting, ratings_panel,
        shared.timer, shared.marks, shared.shelf,
    ]  # fmt: skip
    looked = [shared.shelf, shared.marks, shared.kept]
    told = f"(shelf, marks) => [shelf, marks, {KEPT_CHOICE}]"
    shared.blocks.load(look, looked, seen, js=told, **in_turn)
    shared.timer.tick(look, looked, seen, js=told, trigger_mode="once", **in_turn)
    changed = [shared.shelf, column.listing, column.intake, shared.scope, shared.timer]
    chosen = f"(shelf) => [shelf, {KEPT_CHOICE}]"
    for part in (column.listing, column.intake, column.finder):
        part.act(act, [shared.shelf, shared.kept], changed, js=chosen, trigger_mode="multiple", **in_turn)
    column.upload.sent(add, None, [column.intake, shared.timer], trigger_mode="multiple", **in_turn)
    controls, said = [column.quote_only, column.length], [shared.privacy, shared.wanted]
    for control in controls:
        control.change(views.wanted, controls, said, **QUIET)
    # What the browser keeps, whether the controls show it yet or not.
    shared.blocks.load(views.wanted, controls, said, js=f"(...shown) => {KEPT_OPTIONS}", **QUIET)


class RatingParts(NamedTuple):
    """How answers are rated, what is said of the last verdict, and the form for what would have been right."""

    shown: Any
    told: Any
    form: Any


def rating_parts() -> RatingParts:
    """The components that stand under the conversation."""
    return RatingParts(panel("ratings"), panel("rating-told"), panel("rating-form", form_html(), "ratings.js"))


def wire_ratings(parts: RatingParts, ratings: Ratings, rated: Callable[[Any, Any], Rated | None]) -> None:
    """What happens to a verdict.

    Args:
        parts: where it is given and shown.
        ratings: keeps them.
        rated: finds the answer of an exchange, given the id of its conversation and its place in there.
    """
    import gradio as gr

    def rate(event: gr.EventData) -> tuple[str, str]:
        given = event._data
        told = ratings.rate(rated(given.get("conversation"), given.get("exchange")), given)
        return ratings.html(), told_html(told)

    rate.__annotations__["event"] = gr.EventData
    parts.form.rate(rate, None, [parts.shown, parts.told], trigger_mode="multiple", **QUIET)
