"""Which chat model the settings give, how it is spoken to, and what is said when it fails."""

from __future__ import annotations

import os
import socket
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from endpoints import Endpoint, running_endpoint

from assistant.errors import ChatModelError, ModelFileError, SettingsError
from assistant.models.chat import QUOTE_ONLY, ChatModel, explain, load_chat_model
from assistant.settings import Settings, load_settings

KEY = "sk-secret-0123456789"


@pytest.fixture(autouse=True)
def _own_models(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ASSISTANT_MODELS_DIR", str(tmp_path / "models"))


@pytest.fixture
def endpoint() -> Iterator[Endpoint]:
    with running_endpoint() as running:
        yield running


def remote(base_url: str, **more: object) -> Settings:
    return load_settings(**{"chat_base_url": base_url, "chat_model": "m", "chat_api_key": KEY} | more)


def said(model: ChatModel) -> str:
    assert model.runnable is not None
    return "".join(str(chunk.content) for chunk in model.runnable.stream("Say hello"))


def test_none_is_quotes_only():
    model = load_chat_model(load_settings(chat_model="none"))
    assert (model.runnable, model.name, model.location, model.notice) == (None, QUOTE_ONLY, "none", None)
    model.warm([])
    model.close()


def test_without_its_file_the_embedded_model_is_quotes_only_and_says_why():
    model = load_chat_model(load_settings())
    assert (model.runnable, model.name, model.location) == (None, QUOTE_ONLY, "none")
    assert model.notice is not None and "assistant models pull" in model.notice


def test_a_corrupt_file_is_an_error(tmp_path):
    (tmp_path / "models").mkdir()
    (tmp_path / "models" / "qwen2.5-coder-0.5b-instruct-q4_k_m.gguf").write_bytes(b"GGUF")
    with pytest.raises(ModelFileError, match="is not the file it should be"):
        load_chat_model(load_settings(chat_model="qwen2.5-coder-0.5b-instruct"))


def test_an_unknown_name_needs_an_endpoint():
    with pytest.raises(SettingsError, match=r"llama3.*ASSISTANT_CHAT_BASE_URL"):
        load_chat_model(load_settings(chat_model="llama3"))


def test_a_context_longer_than_the_model_reads_is_refused(tmp_path):
    (tmp_path / "models").mkdir()
    (tmp_path / "models" / "qwen2.5-coder-1.5b-instruct-q4_k_m.gguf").write_bytes(b"GGUF")
    with pytest.raises(SettingsError, match=r"at most 32,768 tokens.*ASSISTANT_CHAT_CONTEXT_TOKENS"):
        load_chat_model(load_settings(chat_context_tokens=65_536))


@pytest.mark.parametrize("url", ["localhost:11434", "ftp://host/v1", "http://", "http:///v1", "nonsense"])
def test_an_endpoint_must_be_an_address(url):
    with pytest.raises(SettingsError, match="ASSISTANT_CHAT_BASE_URL is not an address"):
        load_chat_model(remote(url))


@pytest.mark.parametrize("name", ["m", "qwen2.5-coder-1.5b-instruct"])
def test_with_an_endpoint_nothing_embedded_is_looked_at(endpoint, monkeypatch, name):
    monkeypatch.setattr("assistant.models.chat.path_of", lambda *_: pytest.fail("a model file was looked for"))
    model = load_chat_model(remote(endpoint.base_url("good"), chat_model=name, answer_tokens=77))
    assert (model.name, model.location, model.notice) == (name, "remote", None)
    assert said(model) == "Hello"
    model.warm([])
    model.close()
    (request,) = endpoint.seen
    assert request["path"] == "/good/v1/chat/completions"
    assert request["headers"]["authorization"] == f"Bearer {KEY}"
    body = request["body"]
    assert (body["model"], body["temperature"], body["stream"], body["max_completion_tokens"]) == (name, 0, True, 77)


def test_without_a_key_a_word_stands_in_for_it(endpoint, monkeypatch):
    monkeypatch.setenv("OPENAI_API_KEY", "sk-of-another-service")
    model = load_chat_model(remote(endpoint.base_url("good"), chat_api_key=None))
    said(model)
    model.close()
    assert endpoint.seen[0]["headers"]["authorization"] == "Bearer none"


def test_loopback_is_never_asked_through_a_proxy(endpoint, monkeypatch):
    for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy", "OPENAI_PROXY"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")
    monkeypatch.delenv("NO_PROXY", raising=False)
    monkeypatch.delenv("no_proxy", raising=False)
    model = load_chat_model(remote(endpoint.base_url("good")))
    assert said(model) == "Hello"
    model.close()


def test_elsewhere_the_proxy_is_used(endpoint, monkeypatch):
    monkeypatch.setenv("HTTP_PROXY", f"http://127.0.0.1:{endpoint.server_port}")
    monkeypatch.delenv("NO_PROXY", raising=False)
    monkeypatch.delenv("no_proxy", raising=False)
    model = load_chat_model(remote("http://chat.invalid/good/v1"))
    assert said(model) == "Hello"
    model.close()
    assert endpoint.seen[0]["path"] == "http://chat.invalid/good/v1/chat/completions"


def test_nothing_is_traced_or_looked_up(endpoint, monkeypatch):
    for name in ("LANGSMITH_TRACING", "LANGCHAIN_TRACING_V2"):
        monkeypatch.setenv(name, "true")
    for name in ("HF_HUB_OFFLINE", "TRANSFORMERS_OFFLINE"):
        monkeypatch.setenv(name, "0")
    load_chat_model(remote(endpoint.base_url("good"))).close()
    assert os.environ["LANGSMITH_TRACING"] == os.environ["LANGCHAIN_TRACING_V2"] == "false"
    assert os.environ["HF_HUB_OFFLINE"] == os.environ["TRANSFORMERS_OFFLINE"] == "1"


def test_the_key_is_not_printed(endpoint):
    model = load_chat_model(remote(endpoint.base_url("good")))
    assert KEY not in repr(model) and KEY not in str(model.runnable)
    model.close()


FAILURES = [
    ("401", "refuses the key", "ASSISTANT_CHAT_API_KEY"),
    ("403", "refuses the key for m", "ASSISTANT_CHAT_API_KEY"),
    ("404", "knows no model m", "ASSISTANT_CHAT_MODEL"),
    ("429", "takes no more requests", "quota"),
    ("500", "HTTP status 500", "server's log"),
    ("418", "HTTP status 418", "server's log"),
    ("long", "cannot read a prompt as long as this one", "ASSISTANT_EVIDENCE_SENTENCES"),
    ("html", "sent what is no chat answer", "usually ends in /v1"),
    ("list", "sent what is no chat answer", "usually ends in /v1"),
    ("hang", "did not answer within 0.5 seconds", "ASSISTANT_CHAT_TIMEOUT_S"),
    ("stalls", "did not answer within 0.5 seconds", "ASSISTANT_CHAT_TIMEOUT_S"),
    ("breaks", "broke off its answer", "Ask again"),
    ("reports", "broke off its answer", "Ask again"),
    ("garbles", "sent what is no chat answer", "usually ends in /v1"),
]


@pytest.mark.parametrize(("behaviour", "message", "remedy"), FAILURES, ids=[row[0] for row in FAILURES])
def test_every_failure_has_its_words_and_a_remedy(endpoint, behaviour, message, remedy):
    settings = remote(endpoint.base_url(behaviour), chat_timeout_s=0.5 if behaviour in ("hang", "stalls") else 30)
    model = load_chat_model(settings)
    with pytest.raises(Exception) as raised:
        said(model)
    model.close()
    error = explain(raised.value, settings)
    assert isinstance(error, ChatModelError)
    assert message in error.args[0] and remedy in error.next_step
    assert f"127.0.0.1:{endpoint.server_port}" in str(error)
    assert KEY not in str(error) and "\n" not in str(error)


def test_nobody_listening_is_said(endpoint):
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        settings = remote(f"http://user:password@127.0.0.1:{unused.getsockname()[1]}/v1?key={KEY}")
        model = load_chat_model(settings)
        with pytest.raises(Exception) as raised:
            said(model)
        model.close()
    error = explain(raised.value, settings)
    assert "cannot be reached" in error.args[0] and "ASSISTANT_CHAT_BASE_URL" in error.next_step
    assert "password" not in str(error) and KEY not in str(error)


def test_an_explained_error_is_left_as_it_is():
    error = ChatModelError("Known", "Do this.")
    assert explain(error, load_settings()) is error


@pytest.mark.parametrize("behaviour", ["hang", "stalls"])
def test_close_breaks_off_an_answer_under_way(endpoint, behaviour):
    settings = remote(endpoint.base_url(behaviour))
    model = load_chat_model(settings)
    errors: list[Exception] = []

    def ask() -> None:
        try:
            said(model)
        except Exception as error:
            errors.append(error)

    asking = threading.Thread(target=ask)
    asking.start()
    assert endpoint.arrived.wait(10)
    begun = time.monotonic()
    model.close()
    asking.join(10)
    assert not asking.is_alive() and time.monotonic() - begun < 5
    # Tried once more, as a remote endpoint is, it finds the model closed.
    assert any(words in str(explain(errors[0], settings)) for words in ("broke off", "has been closed"))
    model.close()
    with pytest.raises(Exception) as raised:
        said(model)
    assert "has been closed" in str(explain(raised.value, settings))
