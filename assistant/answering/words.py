"""Words as they are compared: stems of the content words, and the names in a text."""

from __future__ import annotations

import re
import threading
from functools import lru_cache

from assistant.index.lexical import STOPWORDS

_WORD = re.compile(r"[^\W_]+(?:[’'&.-][^\W_]+)*")
_POSSESSIVE = re.compile(r"[’']s?$")
#: Capital and small letters of the alphabets that have both: Latin, Greek, Cyrillic, Armenian, Latin with more marks.
_LETTERS = [chr(code) for code in (*range(0x41, 0x590), *range(0x1E00, 0x2000))]
_UPPER = "".join(letter for letter in _LETTERS if letter.isupper())
_LOWER = "".join(letter for letter in _LETTERS if letter.islower())
#: A capitalised word, an abbreviation or a word with an inner capital; `&` and `.` join ("S&P", "U.S").
_NAME = re.compile(rf"\b(?:[{_UPPER}][\w’'&-]*|[{_LOWER}]+[{_UPPER}]\w*)(?:\.[{_UPPER}])*")
_SENTENCE_START = re.compile(r"(?:^|[.!?:]\s+|\n\s*|[\"“(]\s*)$")
#: Words that are capitalised for other reasons than naming something.
_NOT_NAMES = frozenset(
    """i q a k january february march april may june july august september october november december monday tuesday
    wednesday thursday friday saturday sunday yes no""".split()
)
#: What may stand between a subject and its verb.
_ADVERBS = r"(?:(?:also|still|now|then|already|never|often|once|only|just|even|again|since|later|long|\w+ly)\s+)*"
#: A capitalised first word that owns or does something: "Ousel's", "Brambleton also has", "Barclays keeps", "Tarn cut".
_SUBJECT = re.compile(
    rf"[\s\"“]*(?P<word>[{_UPPER}][{_LOWER}]{{2,}})(?:(?P<one>[’']s?\s|\s+{_ADVERBS}(?:(?:has|is|was|does)\b|"
    rf"[{_LOWER}]+[^s\W]s\b(?!\s+(?:are|were|have|do)\b)))|"
    rf"\s+{_ADVERBS}(?P<past>(?:had|will|would|could|can|may|might|should|did|bought|built|cut|fell|gave|grew|held|hit|"
    r"lost|made|paid|rose|said|saw|set|sold|spent|took|won)\b|[a-z]+ed\b)(?P<its>\s+(?:\w+\s+){0,2}?its\b)?)"
)
#: Ends of words that are no plural for all their s: "Airbus", "Strauss", "Paris", "Adidas", "Barclays".
_ONE_WITH_S = ("ss", "us", "is", "as", "os", "ays")
_MANY_WITH_AYS = frozenset("days delays displays essays holidays outlays relays stays trays ways".split())
#: Ends of plurals that no name is likely to have; of other words with s "its" behind the verb tells that one is meant.
_MANY = ("es", "ts", "ers", "ors", "ings", "ions", "als", "ics", "ians", "ees", "ads", "nds", "rds", "nks", "ths")
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
#: The stemmer keeps the word it works on: several threads at once would cut each other's.
_STEMMING = threading.Lock()


@lru_cache(maxsize=1)
def _stemmer() -> object:
    import snowballstemmer

    return snowballstemmer.stemmer("english")


@lru_cache(maxsize=50_000)
def stem(word: str) -> str:
    """The Snowball English stem of a lower-case word."""
    with _STEMMING:
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


def is_held(name: str, held: frozenset[str]) -> bool:
    """Whether all parts of a name are in some words (`word_forms`), as they are or by their stem."""
    return all(part in held or stem(part) in held for part in words(name))


def names_beyond(text: str, held: frozenset[str]) -> list[str]:
    """Names of a text that are not all in some words (`word_forms`), as they are or by their stem."""
    return [name for name in names(text) if not is_held(name, held)]


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
        low = _bare(match)
        word = match.group()[: len(low)]
        if low in STOPWORDS or low in _NOT_NAMES or not word or (len(word) == 1 and not word.isupper()):
            continue
        starts = bool(_SENTENCE_START.search(text[: match.start()]))
        several = sum(c.isupper() for c in word) > 1
        (doubtful if starts and not several else firm).append(low)
    return list(dict.fromkeys(firm + [word for word in doubtful if word in firm]))


def opening_name(text: str) -> str | None:
    """The first word of a sentence, lower-case, if it is most likely a name; `names` leaves a single first word out.

    It owns or does something and is no common noun that goes without an article; a plural does not go with the verb
    of one, nor is it meant by "its".
    """
    match = _SUBJECT.match(text)
    if match is None:
        return None
    word = match.group("word").lower()
    return (
        None
        if _is_ordinary(word) or (match.group("one") is None and _is_plural(word, bool(match.group("its"))))
        else word
    )


def _is_ordinary(word: str) -> bool:
    return word in STOPWORDS or word in _NOT_NAMES or word in _WITHOUT_ARTICLE or word.endswith(("ing", "ly"))


def _is_plural(word: str, its: bool) -> bool:
    if not word.endswith("s") or (word.endswith(_ONE_WITH_S) and word not in _MANY_WITH_AYS):
        return False
    return not its or word.endswith(_MANY)


def name_groups(text: str) -> list[tuple[re.Match[str], ...]]:
    """Runs of names with only a blank between them ("Lorne Securities"), in order, as matches in the text."""
    held = set(named_beyond(text, frozenset()))
    runs: list[list[re.Match[str]]] = []
    found = list(_NAME.finditer(text))
    for place, match in enumerate(found):
        after = found[place + 1] if place + 1 < len(found) else None
        leads = after and _adjoins(text, match, after) and _bare(after) in held and not _is_ordinary(_bare(match))
        if _bare(match) not in held and not leads:
            continue
        if runs and _adjoins(text, runs[-1][-1], match):
            runs[-1].append(match)
        else:
            runs.append([match])
    return [tuple(run) for run in runs]


def _adjoins(text: str, one: re.Match[str], other: re.Match[str]) -> bool:
    return text[one.end() : other.start()] == " "


def group_words(group: tuple[re.Match[str], ...]) -> frozenset[str]:
    """The words of a run of names, lower-case."""
    return frozenset(part for match in group for part in words(match.group()))


def _bare(match: re.Match[str]) -> str:
    return _POSSESSIVE.sub("", match.group()).rstrip("-&.").lower()
