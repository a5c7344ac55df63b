"""Whether a question is in another language than English, the one that documents are searched in."""

from __future__ import annotations

import unicodedata

from assistant.answering.words import words
from assistant.index.lexical import STOPWORDS

ENGLISH_ONLY = "I search in English: asked in English, the question may find more."

#: So many letters that are not Latin, or so many small words, are no accident.
_LETTERS, _SMALL_WORDS = 3, 2
#: Small words of questions in French, German, Spanish, Italian, Portuguese and Dutch that are no English words.
_FOREIGN = frozenset(
    """quel quelle quels quelles combien pourquoi comment quand qui est sont les des une dans pour avec sur du la le
    welche welcher welches wie wann warum wer wo ist sind der das den dem ein eine einen für mit von auf hat haben
    cuál cuáles cuánto cuánta qué quién cuándo cómo dónde por para los las una es son el del con
    quale quali quanto quanta perché chi dove è sono il gli della di che nel
    qual quais quem onde são os um uma da dos em
    welk hoeveel waarom wat wie wanneer het een zijn van voor met""".split()
)

#: English stop words that are words of the other languages too.
_SHARED = frozenset("a an as at he her i in me my no of on so t s was were will do".split())


def is_other_language(question: str) -> bool:
    """Whether a question is certainly not English: it has words in other letters, or foreign small words.

    An English question of any length has an English stop word; names and code words alone say nothing.
    """
    own = words(question)
    if any(word in STOPWORDS and word not in _SHARED for word in own):
        return False
    other = sum(letter.isalpha() and "LATIN" not in unicodedata.name(letter, "") for letter in question)
    return other >= _LETTERS or sum(word in _FOREIGN and word not in STOPWORDS for word in own) >= _SMALL_WORDS
