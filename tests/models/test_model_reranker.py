"""A cross-encoder of the person's own."""

from __future__ import annotations

from pathlib import Path

import pytest

from assistant.errors import ModelFileError
from assistant.models.catalog import EMBEDDING_MODEL
from assistant.models.files import path_of
from assistant.models.reranker import load_reranker
from assistant.settings import load_settings


def test_none_is_named() -> None:
    assert load_reranker(load_settings()) is None


@pytest.mark.parametrize("make", [False, True], ids=["no folder", "empty folder"])
def test_a_folder_without_one_is_said_in_one_line(tmp_path: Path, make: bool) -> None:
    folder = tmp_path / "cross"
    if make:
        folder.mkdir()
    with pytest.raises(ModelFileError) as caught:
        load_reranker(load_settings(reranker=folder))
    assert "ASSISTANT_RERANKER" in str(caught.value)
    assert "\n" not in str(caught.value)


@pytest.mark.embedding
def test_any_cross_encoder_in_a_folder_scores_pairs(tmp_path: Path) -> None:
    from transformers import AutoModelForSequenceClassification, AutoTokenizer

    source = path_of(EMBEDDING_MODEL, tmp_path / "models").parent
    # Its head is untrained: that it loads and scores is what is looked at, not how well.
    model = AutoModelForSequenceClassification.from_pretrained(source, num_labels=1)
    model.save_pretrained(tmp_path / "cross")
    AutoTokenizer.from_pretrained(source).save_pretrained(tmp_path / "cross")
    reranker = load_reranker(load_settings(reranker=tmp_path / "cross"))
    assert reranker is not None
    scores = reranker.scores("Who leased it?", ["Harbour Compute leased it.", "Herons stand in reeds."])
    assert len(scores) == 2
    assert scores[0] != scores[1]
    assert reranker.scores("Who leased it?", ["Harbour Compute leased it."])[0] == pytest.approx(scores[0], abs=1e-4)
