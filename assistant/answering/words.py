"""Words as they are compared: stems of the content words, and the names in a text."""

from __future__ import annotations

import re
from functools import lru_cache

from assistant.index.lexical import STOPWORDS

_WORD = re.compile(r"[^\W_]+(?:[’'&.-][^\W_]+)*")
_POSSESSIVE = re.compile(r"[’']s?$")
#: A capitalised word, an abbreviation or a word with an inner capital; `&` and `.` join ("S&P", "U.S").
_NAME = re.compile(r"\b(?:[A-Z][\w’'&-]*|[a-z]+[A-Z]\w*)(?:\.[A-Z])*")
_SENTENCE_START = re.compile(r"(?:^|[.!?:]\s+|\n\s*|[\"“(]\s*)$")
#: Words that are capitalised for other reasons than naming something.
_NOT_NAMES = frozenset(
    """i q a k january february march april may june july august september october november december monday tuesday
    wednesday thursday friday saturday sunday yes no""".split()
)
#: A capitalised first word that owns or does something: "Ousel's", "Brambleton has", "Barclays keeps", "Tarn cut".
_SUBJECT = re.compile(
    r"[\s\"“]*(?P<word>[A-Z][a-z]{2,})(?:(?P<one>[’']s?\s|\s+(?:(?:has|is|was|does)\b|[a-z]+[^s\W]s\b))|"
    r"\s+(?:(?:had|will|would|could|can|may|might|should|did|bought|built|cut|fell|gave|grew|held|hit|lost|made|paid|"
    r"rose|said|saw|set|sold|spent|took|won)\b|[a-z]+ed\b))"
)
#: Common nouns that begin a sentence without an article, and so look like names there.
_WITHOUT_ARTICLE = frozenset(
    """access advertising anyone business capacity capital cash competition compliance computing construction
    consumption content cost data debt demand depreciation employment energy equipment equity everyone everything
    evidence expenditure funding goodwill growth guidance hardware income inflation information infrastructure
    insurance interest inventory investment labour labor leasing legislation lending liquidity litigation maintenance
    management marketing money nobody nothing operating ownership payment payroll performance power pricing
    production profit progress property regulation rent research revenue risk security software somebody someone
    something spending staff supply support taxation technology time total trade trading traffic training turnover
    uncertainty unemployment usage use value volatility volume water work""".split()
)


@lru_cache(maxsize=1)
def _stemmer() -> object:
    import snowballstemmer

    return snowballstemmer.stemmer("english")


@lru_cache(maxsize=50_000)
def stem(word: str) -> str:
    """The Snowball English stem of a lower-case word."""
    return str(_stemmer().stemWord(word))  # type: ignore[attr-defined]


def words(text: str) -> list[str]:
    """Lower-case words in order, possessive endings taken off, hyphenated and joined words in parts."""
    found = []
    for match in _WORD.findall(text):
        bare = _POSSESSIVE.sub("", match.lower())
        found += [part for part in re.split(r"[’'.-]", bare) if part]
    return found


def content_stems(text: str) -> list[str]:
    """Stems of the words that carry meaning, in order, each once; numbers are left to the figures."""
    kept = [stem(w) for w in words(text) if w not in STOPWORDS and not w[0].isdigit() and len(w) > 1]
    return list(dict.fromkeys(kept))


def word_forms(text: str) -> frozenset[str]:
    """The words of a text and their stems, as something to look names up in."""
    found = words(text)
    return frozenset(found) | {stem(word) for word in found}


def names_beyond(text: str, held: frozenset[str]) -> list[str]:
    """Names of a text that are not all in some words (`word_forms`), as they are or by their stem."""
    return [name for name in names(text) if not all(part in held or stem(part) in held for part in words(name))]


def named_beyond(text: str, held: frozenset[str]) -> list[str]:
    """The same of a sentence that claims something, with the name it may begin with."""
    opening = opening_name(text)
    beyond = names_beyond(text, held)
    known = opening is None or opening in held or stem(opening) in held or opening in beyond
    return beyond if known else [str(opening), *beyond]


def names(text: str) -> list[str]:
    """Words of a text that are names, lower-case, each once.

    A capitalised word that begins a sentence counts only if it has a second capital or stands capitalised
    elsewhere in the text as well.
    """
    firm: list[str] = []
    doubtful: list[str] = []
    for match in _NAME.finditer(text):
        word = _POSSESSIVE.sub("", match.group()).rstrip("-&.")
        low = word.lower()
        if low in STOPWORDS or low in _NOT_NAMES or not word or (len(word) == 1 and not word.isupper()):
            continue
        starts = bool(_SENTENCE_START.search(text[: match.start()]))
        several = sum(c.isupper() for c in word) > 1
        (doubtful if starts and not several else firm).append(low)
    return list(dict.fromkeys(firm + [word for word in doubtful if word in firm]))


def opening_name(text: str) -> str | None:
    """The first word of a sentence, lower-case, if it is most likely a name; `names` leaves a single first word out.

    It owns or does something and is no common noun that goes without an article; a plural does not go with the verb
    of one.
    """
    match = _SUBJECT.match(text)
    if match is None:
        return None
    word = match.group("word").lower()
    ordinary = word in STOPWORDS or word in _NOT_NAMES or word in _WITHOUT_ARTICLE or word.endswith(("ing", "ly"))
    plural = word.endswith("s") and match.group("one") is None
    return None if ordinary or plural else word
