"""What an index of a folder is made with: runs share one only where that is the same."""

from __future__ import annotations

from pathlib import Path

from assistant.errors import QuestionSetError
from assistant.settings import Settings
from evals import provenance
from evals.report import write_text

#: Settings that leave an index as it is: they decide how it is asked. Any other one has an index of its own, so that
#: a new setting costs time at the worst, never a wrong figure.
ASKING = frozenset(
    {
        "home", "corpus", "models_dir", "watch", "log_level",
        "chat_model", "chat_base_url", "chat_api_key", "chat_timeout_s", "chat_threads", "chat_context_tokens",
        "answer_tokens", "candidates", "passages", "lexical_weight", "aimed_weight",
        "reranker", "evidence_sentences", "max_question_chars",
        "fetch_timeout_s", "fetch_private", "embedding_batch", "feedback_file",
    }
)  # fmt: skip
#: In a home that a run keeps: the key of its index.
_NOTE = "made-with"


def index_key(settings: Settings, documents: Path) -> str:
    """A name for the index that these settings make of a folder; the same for all that differ in asking only.

    Another embedding model makes another index, also where it has taken the place of one in the same folder. A sync
    takes nothing away that came from another folder, so each has an index of its own.
    """
    made_by = {name: value for name, value in settings.printable().items() if name not in ASKING}
    embedding = provenance.model_digests(settings)["embedding"]
    parts = {"settings": made_by, "embedding": embedding, "documents": str(documents.resolve())}
    return provenance.fingerprint(parts)[:16]


def build_key(settings: Settings, documents: Path) -> str:
    """The same of this very program: another version of the code or of a package makes another index."""
    return provenance.fingerprint(
        {
            "index": index_key(settings, documents),
            "code": provenance.code_hash(),
            "packages": provenance.package_versions(),
        }
    )


def claim(home: Path, settings: Settings, documents: Path) -> None:
    """Note in a home that a person named what its index is made with.

    Raises:
        QuestionSetError: there is something in it that was made of another folder, with other settings, by another
            version of this program, or by nobody knows what: it would be reported as if this run had made it.
        StorageError: the home cannot be written.
    """
    key, note = build_key(settings, documents), home / _NOTE
    try:
        known = note.read_text(encoding="utf-8").strip() if note.is_file() else None
        empty = not home.is_dir() or not any(home.iterdir())
    except (OSError, UnicodeDecodeError):
        known, empty = None, False
    if known == key:
        return
    if not empty:
        raise QuestionSetError(
            f"The home {home} holds something else than an index of {documents} by this version with these settings",
            "Give a new folder with --home, or remove that one.",
        )
    home.mkdir(parents=True, exist_ok=True)
    write_text(note, key)
