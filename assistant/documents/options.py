"""What a reader may be told besides a file's bytes: passwords to try, whether pages may be read by OCR."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

from pydantic import SecretStr

from assistant.errors import DocumentError

Part = TypeVar("Part")

#: A file with more lines is no list of passwords, and each is tried on every locked file.
_MAX_PASSWORDS = 100


def _nobody(*_told: object) -> None:
    """Nobody listens."""


@dataclass(frozen=True)
class ReadOptions:
    """How files are read.

    `passwords` are tried one by one on locked files. With `ocr`, pages that are pictures are read by tesseract where
    it is installed, in `ocr_languages` (tesseract's names joined by `+`), at most `ocr_pages` of a document.
    `began` is told the path of each member of an archive before it is read, `progress` (what, done, total) while
    a long document is.
    """

    passwords: tuple[SecretStr, ...] = ()
    ocr: bool = True
    ocr_languages: str = "eng"
    ocr_pages: int = 200
    began: Callable[[str], None] = _nobody
    progress: Callable[[str, int, int], None] = _nobody

    def told(self, what: str, parts: Collection[Part]) -> Iterator[Part]:
        """The parts of a document one by one; before each it is told how many are done."""
        for done, part in enumerate(parts):
            self.progress(what, done, len(parts))
            yield part


def read_passwords(path: Path | None) -> tuple[SecretStr, ...]:
    """The passwords of a file, one a line, blanks kept; none for no file.

    Raises:
        DocumentError: the file cannot be read, or is no list of passwords.
    """
    if path is None:
        return ()
    try:
        lines = [line for line in path.read_text("utf-8-sig").splitlines() if line]
    except (OSError, UnicodeDecodeError) as error:
        reason = (error.strerror or str(error)) if isinstance(error, OSError) else "it is not UTF-8 text"
        raise DocumentError(f"The password file {path} cannot be read: {reason}", "Check the file.") from error
    if not 0 < len(lines) <= _MAX_PASSWORDS:
        raise DocumentError(
            f"The password file {path} holds {len(lines)} lines",
            f"Write one password a line, at most {_MAX_PASSWORDS}.",
        )
    return tuple(SecretStr(line) for line in lines)


#: What is said to do about a locked file: whoever is told one of these can give a password.
_GIVE_ONE = (
    "Write the password into a file and run `assistant add --password-file FILE`, or set ASSISTANT_PASSWORD_FILE."
)
_CORRECT_IT = "Correct the password file."


def opens_with_password(next_step: str) -> bool:
    """Whether a file that could not be read, with this said to do about it, is one that a password may open."""
    return next_step in (_GIVE_ONE, _CORRECT_IT)


def locked(name: str, options: ReadOptions) -> DocumentError:
    """The error for a file that only a password opens, and none of those given does."""
    if options.passwords:
        return DocumentError(f"{name} is locked with a password, and none of those given opens it", _CORRECT_IT)
    return DocumentError(f"{name} is locked with a password", _GIVE_ONE)
