"""all-MiniLM-L6-v2 in plain numpy: ready in a third of a second, where the usual libraries take over five.

The same network as sentence-transformers runs (BERT, Devlin et al. 2019; mean of the last layer's tokens, at
unit length), with the same result to within 1e-6. Texts run end to end without padding, several lots of them
side by side, so it is no slower either: measured per processor second, 0.9 of torch's float32 speed on texts
of 230 tokens, 1.4 at 145, 1.7 at 37.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from assistant.models.catalog import EMBEDDING_MODEL

Array = NDArray[np.float32]

_HEADS = 12
_HEAD_SIZE = 32
_EPSILON = np.float32(1e-12)
_SCALE = np.float32(_HEAD_SIZE**-0.5)
#: Most tokens run through the network at once: what fits the processor's cache is computed fastest.
_PACK = 512
#: Lots of texts run at the same time.
_THREADS = min(8, os.cpu_count() or 1)
#: Rows of a layer's widest part handled at once, likewise.
_ROWS = 32
#: erfc(u) = t(a1 + t(a2 + ...)) exp(-u^2), t = 1 / (1 + p u), error below 1.5e-7: Abramowitz and Stegun 7.1.26.
_ERFC_P = np.float32(0.3275911)
_ERFC = tuple(np.float32(a) for a in (1.061405429, -1.453152027, 1.421413741, -0.284496736, 0.254829592))


@dataclass(frozen=True, slots=True)
class _Linear:
    """y = x @ weight + bias; weight is (in, out)."""

    weight: Array
    bias: Array

    def __call__(self, x: Array) -> Array:
        y: Array = x @ self.weight
        y += self.bias
        return y


@dataclass(frozen=True, slots=True)
class _Norm:
    """Layer normalisation of the rows of x, in place (Ba et al. 2016)."""

    weight: Array
    bias: Array

    def __call__(self, x: Array) -> Array:
        x -= x.mean(axis=-1, keepdims=True)
        variance = np.einsum("ij,ij->i", x, x) / np.float32(x.shape[1])
        x /= np.sqrt(variance + _EPSILON)[:, None]
        x *= self.weight
        x += self.bias
        return x


@dataclass(frozen=True, slots=True)
class _Layer:
    """One transformer layer; `joined` makes queries, keys and values at once, (384, 3 x 384)."""

    joined: _Linear
    attended: _Linear
    attended_norm: _Norm
    wide: _Linear
    narrow: _Linear
    narrow_norm: _Norm

    def __call__(self, x: Array, bounds: Sequence[int]) -> Array:
        y = self.attended(_attention(self.joined(x), bounds))
        y += x
        x = self.attended_norm(y)
        y = self.narrow(_gelu(self.wide(x)))
        y += x
        return self.narrow_norm(y)


class MiniLM:
    """The model, loaded from its folder (`model.safetensors`, `tokenizer.json`).

    Raises:
        OSError: a file cannot be read.
    """

    name = EMBEDDING_MODEL.name
    dimension = EMBEDDING_MODEL.dimension
    max_tokens = EMBEDDING_MODEL.max_tokens

    def __init__(self, folder: Path) -> None:
        from safetensors.numpy import load_file
        from threadpoolctl import threadpool_limits  # type: ignore[import-untyped]
        from tokenizers import Tokenizer

        # One thread per lot of texts; threads that share one multiplication wait for one another by spinning,
        # which takes ten times as long when anything else runs on the machine.
        threadpool_limits(limits=1, user_api="blas")

        weights: dict[str, Array] = load_file(folder / "model.safetensors")
        self._tokenizer: Any = Tokenizer.from_file(str(folder / "tokenizer.json"))
        self._tokenizer.no_padding()
        self._tokenizer.no_truncation()
        self._words = weights["embeddings.word_embeddings.weight"]
        # Every text is of the first kind: the second is for the latter of a pair.
        kind = weights["embeddings.token_type_embeddings.weight"][0]
        self._positions = weights["embeddings.position_embeddings.weight"] + kind
        self._norm = _norm(weights, "embeddings.LayerNorm")
        self._layers = [_layer(weights, f"encoder.layer.{number}") for number in range(6)]

    def token_ids(self, texts: Sequence[str]) -> list[list[int]]:
        """The token numbers of each text, the two special ones included, however long it is."""
        return [encoding.ids for encoding in self._tokenizer.encode_batch_fast(list(texts))]

    def encode(self, texts: Sequence[str], done: Callable[[int], None]) -> Array:
        """Vectors of the texts, each read up to `max_tokens`: (n, 384), unit length.

        `done` is told, from one thread, how many texts are finished.
        """
        cut = [_cut(each, self.max_tokens) for each in self.token_ids(texts)]
        packs = list(_packs(cut))
        vectors = np.empty((len(cut), self.dimension), dtype=np.float32)
        finished = 0
        pool = ThreadPoolExecutor(_THREADS, thread_name_prefix="embed")
        try:
            runs = pool.map(lambda pack: self._run([cut[each] for each in pack]), packs)
            for pack, run in zip(packs, runs, strict=True):
                vectors[pack] = run
                finished += len(pack)
                done(finished)
        finally:
            # Interrupted, what has not begun is dropped.
            pool.shutdown(cancel_futures=True)
        return vectors

    def _run(self, ids: Sequence[Sequence[int]]) -> Array:
        """The texts' tokens run end to end, as one matrix: nothing is spent on padding."""
        lengths = [len(each) for each in ids]
        bounds = [0, *np.cumsum(lengths).tolist()]
        x: Array = self._words[np.concatenate([np.asarray(each) for each in ids])]
        x += self._positions[np.concatenate([np.arange(length) for length in lengths])]
        x = self._norm(x)
        for layer in self._layers:
            x = layer(x, bounds)
        # The mean and the sum of a text's tokens have the same direction.
        summed: Array = np.add.reduceat(x, bounds[:-1], axis=0)
        summed /= np.linalg.norm(summed, axis=1, keepdims=True)
        return summed


def _cut(ids: Sequence[int], longest: int) -> Sequence[int]:
    """A text's tokens cut to the longest the model reads, the closing token kept."""
    return ids if len(ids) <= longest else [*ids[: longest - 1], ids[-1]]


def _packs(ids: Sequence[Sequence[int]]) -> Iterator[list[int]]:
    """The texts' places, in groups of at most `_PACK` tokens together."""
    pack: list[int] = []
    size = 0
    for place, each in enumerate(ids):
        if pack and size + len(each) > _PACK:
            yield pack
            pack, size = [], 0
        pack.append(place)
        size += len(each)
    if pack:
        yield pack


def _attention(joined: Array, bounds: Sequence[int]) -> Array:
    """Scaled dot-product attention of each text within itself (Vaswani et al. 2017).

    `joined` is (tokens, 3 x 384), `bounds` where each text begins and the last ends; gives (tokens, 384).
    """
    split = np.ascontiguousarray(joined.reshape(-1, 3, _HEADS, _HEAD_SIZE).transpose(1, 2, 0, 3))
    queries, keys, values = split
    queries *= _SCALE
    result = np.empty((len(joined), _HEADS, _HEAD_SIZE), dtype=np.float32)
    longest = max(end - start for start, end in pairwise(bounds))
    # Fresh memory for every text's scores would cost more than the scores.
    room = np.empty(_HEADS * longest * longest, dtype=np.float32)
    for start, end in pairwise(bounds):
        length = end - start
        scores = room[: _HEADS * length * length].reshape(_HEADS, length, length)
        np.matmul(queries[:, start:end], keys[:, start:end].transpose(0, 2, 1), out=scores)
        scores -= scores.max(axis=-1, keepdims=True)
        np.exp(scores, out=scores)
        mixed = scores @ values[:, start:end]
        mixed /= scores.sum(axis=-1, keepdims=True)
        result[start:end] = mixed.transpose(1, 0, 2)
    return result.reshape(len(joined), _HEADS * _HEAD_SIZE)


def _gelu(x: Array) -> Array:
    """x * Phi(x) in place (Hendrycks and Gimpel 2016), as max(x, 0) - |x| erfc(|x| / sqrt 2) / 2."""
    for first in range(0, len(x), _ROWS):
        rows = x[first : first + _ROWS]
        u = np.abs(rows) * np.float32(0.5**0.5)
        t = np.reciprocal(u * _ERFC_P + np.float32(1))
        series = t * _ERFC[0]
        for coefficient in _ERFC[1:]:
            series += coefficient
            series *= t
        u *= u
        series *= np.exp(-u)
        series *= np.abs(rows)
        series *= np.float32(0.5)
        np.maximum(rows, 0, out=rows)
        rows -= series
    return x


def _linear(weights: dict[str, Array], *names: str) -> _Linear:
    """The named linear maps side by side."""
    weight = np.concatenate([weights[f"{name}.weight"] for name in names]).T
    return _Linear(np.ascontiguousarray(weight), np.concatenate([weights[f"{name}.bias"] for name in names]))


def _norm(weights: dict[str, Array], name: str) -> _Norm:
    return _Norm(weights[f"{name}.weight"], weights[f"{name}.bias"])


def _layer(weights: dict[str, Array], name: str) -> _Layer:
    own = f"{name}.attention.self"
    return _Layer(
        joined=_linear(weights, f"{own}.query", f"{own}.key", f"{own}.value"),
        attended=_linear(weights, f"{name}.attention.output.dense"),
        attended_norm=_norm(weights, f"{name}.attention.output.LayerNorm"),
        wide=_linear(weights, f"{name}.intermediate.dense"),
        narrow=_linear(weights, f"{name}.output.dense"),
        narrow_norm=_norm(weights, f"{name}.output.LayerNorm"),
    )
