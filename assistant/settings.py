"""Every setting, with its meaning and bounds, in one model.

Order of precedence: command line (keyword arguments), environment `ASSISTANT_*`, `assistant.toml` in the
working folder, defaults. An unknown key, in the file or the environment, is an error.
"""

from __future__ import annotations

import os
import tomllib
from pathlib import Path
from typing import Any, Literal

import platformdirs
from pydantic import Field, SecretStr, ValidationError, field_validator, model_validator
from pydantic_settings import (
    BaseSettings,
    PydanticBaseSettingsSource,
    SettingsConfigDict,
    TomlConfigSettingsSource,
)

from assistant.errors import SettingsError

APP = "corpus-assistant"
ENV_PREFIX = "ASSISTANT_"
#: Loopback names the web page may be served on; others wait for a login.
LOOPBACK_HOSTS = ("127.0.0.1", "localhost", "::1")


class Settings(BaseSettings):
    """All settings. Build it with `load_settings`, which turns mistakes into `SettingsError`."""

    model_config = SettingsConfigDict(
        env_prefix=ENV_PREFIX, env_ignore_empty=True, extra="forbid", frozen=True, toml_file="assistant.toml"
    )

    home: Path = Field(
        default_factory=lambda: Path(platformdirs.user_data_dir(APP)),
        description="Folder of the index and all state.",
    )
    models_dir: Path = Field(
        default_factory=lambda: Path(platformdirs.user_cache_dir(APP)) / "models",
        description="Folder of downloaded model files.",
    )
    corpus: Path = Field(default=Path("corpus"), description="Folder that `sync` and `chat` index.")

    watch: bool = Field(default=True, description="Whether the chat follows the corpus folder while it is open.")

    chat_model: str = Field(
        default="qwen2.5-coder-1.5b-instruct",
        min_length=1,
        description="Embedded chat model, any model name of the server at `chat_base_url`, or `none`.",
    )
    chat_base_url: str | None = Field(
        default=None, description="OpenAI-compatible endpoint, such as http://127.0.0.1:11434/v1."
    )
    chat_api_key: SecretStr | None = Field(default=None, description="Key of that endpoint.")
    chat_timeout_s: float = Field(default=120.0, gt=0, le=3600, description="Longest wait for the chat model.")
    chat_threads: int = Field(
        default_factory=lambda: max(1, min(8, os.cpu_count() or 1)),
        ge=1,
        le=256,
        description="Processor threads of the embedded chat model.",
    )
    chat_context_tokens: int = Field(
        default=4096, ge=1024, le=131072, description="Context window of the embedded chat model, in tokens."
    )
    answer_tokens: int = Field(default=192, ge=16, le=4096, description="Longest answer, in tokens.")

    embedding_model: str = Field(
        default="all-MiniLM-L6-v2",
        min_length=1,
        description="`all-MiniLM-L6-v2` (embedded) or the folder of a sentence-transformers model.",
    )
    embedding_batch: int = Field(default=32, ge=1, le=1024, description="Texts embedded at once.")

    passage_tokens: int = Field(
        default=160, ge=32, le=2048, description="Longest passage, in tokens of the embedding model."
    )
    candidates: int = Field(
        default=24, ge=1, le=200, description="Passages taken from the fused dense and lexical searches."
    )
    passages: int = Field(default=8, ge=1, le=100, description="Passages kept after fusion.")
    lexical_weight: float = Field(
        default=1.3, ge=0, le=100, description="What the search by words counts beside that by meaning, in fusion."
    )
    aimed_weight: float = Field(
        default=2.0,
        ge=0,
        le=100,
        description="What a search within a document that the question names counts beside one of all.",
    )
    reranker: Path | None = Field(
        default=None, description="Folder of a sentence-transformers CrossEncoder that reranks passages."
    )
    evidence_sentences: int = Field(default=5, ge=1, le=40, description="Evidence sentences given to the chat model.")

    fetch_timeout_s: float = Field(
        default=60.0, gt=0, le=3600, description="Longest time to fetch one address, redirects included."
    )
    fetch_private: bool = Field(
        default=False, description="Whether addresses of this machine and of private networks may be fetched."
    )
    max_file_mb: int = Field(default=40, ge=1, le=4096, description="Largest file accepted, in MiB.")
    reading_timeout_s: float = Field(
        default=120.0,
        gt=0,
        le=3600,
        description="Longest a file, a member of an archive or an OCR page may take; ten times that in all.",
    )
    reading_memory_mb: int = Field(
        default=1024, ge=256, le=65536, description="Memory a file may take to read, in MiB."
    )
    password_file: Path | None = Field(
        default=None, description="File with passwords, one a line, tried on locked files."
    )
    ocr: bool = Field(default=True, description="Read pages that are pictures by tesseract, if it is installed.")
    ocr_languages: str = Field(
        default="eng", pattern=r"^[\w/]+(\+[\w/]+)*$", description="Languages of such pages, as `eng+deu`."
    )
    ocr_pages: int = Field(default=200, ge=1, le=10_000, description="Pages of one document that are read by OCR.")

    feedback_file: Path | None = Field(
        default=None,
        description="Question set that thumbs in the chat add to; else `evals/sets/feedback.jsonl` beside the corpus "
        "folder if there is such a folder, else `feedback.jsonl` in the home.",
    )
    max_question_chars: int = Field(default=4000, ge=10, le=100_000, description="Longest question accepted.")
    log_level: Literal["DEBUG", "INFO", "WARNING", "ERROR"] = Field(
        default="WARNING", description="Least severe log message shown on stderr."
    )

    @field_validator("home", "models_dir", "corpus", "reranker", "password_file", "feedback_file", mode="after")
    @classmethod
    def _absolute(cls, value: Path | None) -> Path | None:
        return None if value is None else value.expanduser().absolute()

    @field_validator("embedding_model", mode="after")
    @classmethod
    def _absolute_folder(cls, value: str) -> str:
        """A folder is the same one wherever the program goes on to work."""
        built_in = cls.model_fields["embedding_model"].default
        return value if value == built_in else str(Path(value).expanduser().absolute())

    @model_validator(mode="after")
    def _base_url_needs_model(self) -> Settings:
        if self.chat_base_url is not None and "chat_model" not in self.model_fields_set:
            raise ValueError("chat_base_url is set but chat_model is not: set ASSISTANT_CHAT_MODEL as well")
        return self

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Keyword arguments win over the environment, the environment over `assistant.toml`."""
        return init_settings, env_settings, TomlConfigSettingsSource(settings_cls)

    @property
    def max_bytes(self) -> int:
        """Largest file accepted, in bytes."""
        return self.max_file_mb * 2**20

    def printable(self) -> dict[str, Any]:
        """Every setting as JSON values, secrets masked: what an evaluation run records."""
        return self.model_dump(mode="json")


def load_settings(**overrides: Any) -> Settings:
    """Read the settings; `None` overrides are ignored.

    Raises:
        SettingsError: a key is unknown, a value out of bounds, or `assistant.toml` is not TOML.
    """
    known = {ENV_PREFIX + name.upper() for name in Settings.model_fields}
    stray = sorted(k for k in os.environ if k.startswith(ENV_PREFIX) and k not in known)
    if stray:
        raise SettingsError(
            f"Unknown setting in the environment: {', '.join(stray)}",
            "Unset it, or correct its name: README lists every setting.",
        )
    try:
        return Settings(**{k: v for k, v in overrides.items() if v is not None})
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(str(part) for part in first["loc"]) or "settings"
        raise SettingsError(
            f"Setting {where}: {first['msg']}", "Correct it in the environment, assistant.toml or the option."
        ) from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise SettingsError(f"assistant.toml is not valid TOML: {error}", "Correct it, or move it away.") from error
    except OSError as error:
        raise SettingsError(
            f"assistant.toml cannot be read: {error.strerror or error}", "Correct its permissions, or move it away."
        ) from error
