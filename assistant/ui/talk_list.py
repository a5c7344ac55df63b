"""The list of conversations, and what stands above and below the one that is shown, as HTML. Escaped like `render`."""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from datetime import date, datetime, timedelta
from itertools import groupby
from typing import Any

from assistant.conversations.model import Conversation, Summary
from assistant.conversations.store import LISTED, NAME_CHARS
from assistant.errors import AssistantError
from assistant.ui.render import escape, isolated

_ID = re.compile(r"[0-9a-f]{16}")
#: Characters of a name that screen readers say on each button beside it.
_SPOKEN = 60


def known_id(conversation: Any) -> str:
    """What the browser says is a conversation's id, "" if it cannot be one."""
    return conversation if isinstance(conversation, str) and _ID.fullmatch(conversation) else ""


def search_html() -> str:
    """What stands above the list and stays as it is: the search, and the form that gives a name."""
    return (
        '<div class="talks-head"><label class="visually-hidden" for="talks-search">Search conversations</label>'
        '<input type="search" id="talks-search" placeholder="Search names, questions and answers" autocomplete="off" '
        'spellcheck="false"></div>'
    )


def naming_html() -> str:
    """The dialogue that gives a conversation a name."""
    return (
        '<dialog id="talk-naming" aria-labelledby="talk-naming-title"><form>'
        '<h2 id="talk-naming-title">Rename the conversation</h2>'
        f'<input type="text" aria-label="Name" maxlength="{NAME_CHARS}" autocomplete="off">'
        "<p>Without a name it is called by its first question.</p>"
        '<div class="talk-buttons"><button type="submit" class="primary">Save</button>'
        '<button type="button" data-talk-action="unnamed">Cancel</button></div></form></dialog>'
    )


def heading_html(conversation: Conversation | None) -> str:
    """The name of the conversation that is shown, and the ways to take it away; empty for a new one."""
    if conversation is None:
        return '<div data-conversation=""></div>'
    at = f"conversations/{escape(conversation.id)}"
    return (
        f'<div class="talk-heading" data-conversation="{escape(conversation.id)}">'
        f"<h2>{isolated(conversation.name)}</h2>"
        f'<span class="talk-export" role="group" aria-label="Export this conversation">Export '
        f'<a class="link" href="{at}.md" download aria-label="Export as Markdown with footnotes">Markdown</a> '
        f'<a class="link" href="{at}.json" download aria-label="Export as JSON">JSON</a></span></div>'
    )


def refusal_html(error: AssistantError) -> str:
    """Why a question was not taken, or a conversation is not shown, and what to do."""
    return (
        f'<div class="failure refusal" role="alert"><strong>{escape(error.args[0])}.</strong> '
        f"<span>{escape(error.next_step)}</span></div>"
    )


def talks_html(
    summaries: Sequence[Summary],
    *,
    current: str,
    busy: Collection[str],
    words: str,
    notice: str,
    server: str,
    now: datetime,
) -> str:
    """The list, newest first, by day.

    Args:
        summaries: what was found, deleted ones that can be restored included.
        current: the id of the conversation that is shown.
        busy: the ids of those that are being answered.
        words: what was searched for.
        notice: what went wrong with the last thing that was done here.
        server: changes whenever the server was started anew.
        now: the time, in the time zone of the person.
    """
    told = f'<p class="failure" role="alert">{escape(notice)}</p>' if notice else ""
    if not summaries:
        nothing = "No conversation has all these words." if words.strip() else "Your conversations will be kept here."
        told += f'<p class="empty">{nothing}</p>'
    for day, group in groupby(summaries, lambda summary: _day(_local(summary, now).date(), now.date())):
        rows = "".join(_row(summary, _time(summary, now), current, busy) for summary in group)
        told += f'<h3 class="talks-day">{day}</h3><ul class="talks-list">{rows}</ul>'
    if len(summaries) == LISTED:
        told += f'<p class="empty">The newest {LISTED} are listed. Search to find older ones.</p>'
    return f'<div class="talks-found" data-server="{escape(server)}">{told}</div>'


def _row(summary: Summary, time: str, current: str, busy: Collection[str]) -> str:
    name, id = isolated(summary.name), escape(summary.id)
    said = summary.name if len(summary.name) <= _SPOKEN else summary.name[:_SPOKEN] + "…"
    label = escape(said)
    if summary.deleted:
        return (
            f'<li class="gone" data-talk="{id}"><p role="status">Deleted: {name}</p>'
            f'<button type="button" class="link" data-talk-action="restore" data-talk="{id}" '
            f'aria-label="Undo deleting {label}">Undo</button></li>'
        )
    facts = f"{time} · {summary.questions} question{'s' if summary.questions != 1 else ''}"
    if summary.id in busy:
        facts += " · answering"
    here = ' aria-current="page"' if summary.id == current else ""
    found = f'<span class="talk-found">{isolated(summary.found)}</span>' if summary.found else ""
    return (
        f'<li data-talk="{id}"><a href="#conversation={id}"{here}><strong>{name}</strong>{found}</a>'
        f'<div class="talk-facts"><span>{facts}</span>'
        f'<button type="button" class="link" data-talk-action="rename" data-talk="{id}" '
        f'data-name="{escape(summary.name)}" aria-label="Rename {label}">Rename</button>'
        f'<button type="button" class="link" data-talk-action="delete" data-talk="{id}" '
        f'aria-label="Delete {label}">Delete</button></div></li>'
    )


def _local(summary: Summary, now: datetime) -> datetime:
    return datetime.fromisoformat(summary.updated_at).astimezone(now.tzinfo)


def _time(summary: Summary, now: datetime) -> str:
    at = _local(summary, now)
    if at.date() >= now.date() - timedelta(days=1):
        return f"{at:%H:%M}"
    return f"{at.day} {at:%B}" if at.year == now.year else f"{at.day} {at:%B %Y}"


def _day(day: date, today: date) -> str:
    """How a list of days names one of them."""
    passed = (today - day).days
    if passed <= 1:
        return "Today" if passed < 1 else "Yesterday"
    return "The last seven days" if passed < 7 else "Earlier"
