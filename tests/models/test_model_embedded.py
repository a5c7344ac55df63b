"""The embedded chat model, real where it matters: serving, its kept prefix, and how it ends."""

from __future__ import annotations

import math
import os
import signal
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from model_fakes import small_model
from processes import Commands
from pydantic import SecretStr

from assistant.errors import ChatModelError
from assistant.models.catalog import CHAT_MODELS
from assistant.models.chat import ChatModel, explain, load_chat_model
from assistant.models.client import Endpoint
from assistant.models.embedded import EmbeddedServer
from assistant.models.files import pull
from assistant.models.leaving import Left, pieces
from assistant.settings import load_settings

MODEL = CHAT_MODELS["qwen2.5-coder-1.5b-instruct"]
PREFIX = [
    {"role": "system", "content": "Begin with the number of the sentence that answers, such as [1]; [0] if none does."},
    {"role": "user", "content": "[1] The bridge was opened in 1931.\n\nQuestion: Who built the bridge?"},
    {"role": "assistant", "content": "[0] The evidence does not say who built it."},
]


def gone(process_id: int, seconds: float = 20) -> bool:
    """Whether a process has ended within that time."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        try:
            os.kill(process_id, 0)
        except ProcessLookupError:
            return True
        time.sleep(0.05)
    return False


def test_a_file_that_is_no_model_is_said_and_its_process_ends(tmp_path):
    (tmp_path / "small.gguf").write_bytes(b"GGUF and nothing more")
    server = EmbeddedServer(
        small_model(), tmp_path / "small.gguf", context_tokens=512, threads=1, prefixes=tmp_path / "prefixes"
    )
    with pytest.raises(ChatModelError, match=r"small could not be loaded.*ASSISTANT_CHAT_MODEL=none"):
        server.wait()
    assert gone(server.process_id)
    server.close()


def test_a_process_that_dies_while_loading_is_said(tmp_path):
    server = EmbeddedServer(
        small_model(), tmp_path / "small.gguf", context_tokens=512, threads=1, prefixes=tmp_path / "prefixes"
    )
    os.kill(server.process_id, signal.SIGKILL)
    with pytest.raises(ChatModelError, match="its process ended with status -9"):
        server.wait()


@pytest.fixture(scope="module")
def model_path() -> Path:
    """The real model's file, fetched if it is not here yet."""
    return pull(MODEL, load_settings().models_dir)


@pytest.fixture(scope="module")
def prefixes(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("prefixes")


def serve(path: Path, prefixes: Path) -> EmbeddedServer:
    return EmbeddedServer(MODEL, path, context_tokens=1024, threads=os.cpu_count() or 1, prefixes=prefixes)


@pytest.fixture(scope="module")
def server(model_path: Path, prefixes: Path) -> Iterator[EmbeddedServer]:
    with serve(model_path, prefixes) as running:
        yield running


@pytest.fixture(scope="module")
def models_dir(model_path: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A models folder of the tests' own, so that no prefix of theirs drives out a person's."""
    folder = tmp_path_factory.mktemp("models")
    (folder / model_path.name).symlink_to(model_path)
    return folder


@pytest.fixture(scope="module")
def chat(models_dir: Path) -> Iterator[ChatModel]:
    model = load_chat_model(load_settings(chat_context_tokens=1024, answer_tokens=16, models_dir=models_dir))
    yield model
    model.close()


def complete(server: EmbeddedServer, messages: list[dict[str, str]], key: str | None = None) -> httpx.Response:
    return httpx.post(
        f"{server.base_url}/chat/completions",
        headers={"Authorization": f"Bearer {key or server.api_key}"},
        json={"messages": messages, "max_tokens": 3, "temperature": 0},
        timeout=120,
        trust_env=False,
    )


@pytest.mark.models
def test_it_listens_on_loopback_and_answers_only_to_its_key(server):
    assert server.base_url.startswith("http://127.0.0.1:") and server.base_url.endswith("/v1")
    refused = complete(server, PREFIX[:1], key="another")
    assert refused.status_code == 401
    slots = httpx.get(server.base_url.removesuffix("/v1") + "/slots", trust_env=False)
    assert slots.status_code == 401


@pytest.mark.models
def test_its_replies_name_the_model_and_not_its_file(server, model_path):
    reply = complete(server, [{"role": "user", "content": "Say yes."}])
    assert reply.status_code == 200 and reply.json()["model"] == MODEL.name
    assert str(model_path.parent) not in reply.text


@pytest.mark.models
def test_a_prefix_read_once_is_taken_from_disk_by_the_next_process(server, model_path, prefixes):
    server.warm(PREFIX)
    (kept,) = prefixes.iterdir()
    with serve(model_path, prefixes) as another:
        begun = time.monotonic()
        another.warm(PREFIX)
        assert time.monotonic() - begun < 5
        question = {"role": "user", "content": "[1] It rains.\n\nQuestion: Does it rain?"}
        timings = complete(another, [*PREFIX, question]).json()["timings"]
    # The prefix has 73 tokens; what is read anew is the question alone.
    assert timings["cache_n"] >= 70 and timings["prompt_n"] < 30
    assert list(prefixes.iterdir()) == [kept]


@pytest.mark.models
def test_a_damaged_prefix_is_made_anew(server, prefixes):
    server.warm(PREFIX)
    (kept,) = prefixes.iterdir()
    whole = kept.read_bytes()
    kept.write_bytes(whole[: len(whole) // 2])
    server.warm(PREFIX)
    (again,) = prefixes.iterdir()
    assert again.stat().st_size >= len(whole) // 2
    assert server.restore_prefix(server._rendered(PREFIX))


@pytest.mark.models
def test_a_prefix_the_model_cannot_take_is_deleted(server, prefixes):
    text = "never read"
    name = server._store.temporary_name()
    (prefixes / name).write_bytes(b"no state of any model")
    server._store.accept(server._key(text), name)
    assert not server.restore_prefix(text)
    assert server._store.find(server._key(text)) is None


@pytest.mark.models
def test_a_prefix_longer_than_the_context_is_said(server):
    with pytest.raises(ChatModelError, match=r"cannot read the prompt's beginning.*ASSISTANT_CHAT_CONTEXT_TOKENS"):
        server.warm([{"role": "system", "content": "word " * 1100}])


@pytest.mark.models
def test_langchain_streams_it_with_the_probability_of_a_refusal(chat):
    assert (chat.name, chat.location, chat.notice) == (MODEL.name, "embedded", None)
    roles = {"system": "system", "user": "human", "assistant": "ai"}
    question = "[1] The bridge was opened in 1931.\n\nQuestion: When was the bridge opened?"
    messages = [*((roles[each["role"]], each["content"]) for each in PREFIX), ("human", question)]
    text, tokens = "", []
    for chunk in chat.runnable.bind(logprobs=True, top_logprobs=5).stream(messages):
        text += chunk.content
        tokens += (chunk.response_metadata.get("logprobs") or {}).get("content", [])
    assert text.startswith("[1]")
    assert "".join(token["token"] for token in tokens).startswith("[1]")
    second = {each["token"]: math.exp(each["logprob"]) for each in tokens[1]["top_logprobs"]}
    assert len(second) == 5 and second["1"] > second.get("0", 0.0) and sum(second.values()) <= 1.0001


@pytest.mark.models
def test_an_answer_is_no_longer_than_allowed(chat):
    reply = chat.runnable.invoke("Count from 1 to 100.")
    assert reply.response_metadata["finish_reason"] == "length"


@pytest.mark.models
def test_a_question_longer_than_the_context_is_said(chat):
    with pytest.raises(Exception) as raised:
        chat.runnable.invoke("word " * 1200)
    assert "cannot read a prompt as long" in str(explain(raised.value, load_settings()))


@pytest.mark.models
def test_what_was_warmed_is_not_read_again(chat, models_dir):
    from langchain_core.messages import AIMessage, HumanMessage, SystemMessage

    kinds = {"system": SystemMessage, "user": HumanMessage, "assistant": AIMessage}
    messages = [kinds[each["role"]](each["content"]) for each in PREFIX]
    chat.warm(messages)
    assert len(list((models_dir / "prefixes").iterdir())) == 1
    reply = chat.runnable.invoke([*messages, HumanMessage("Question: Does it rain?")])
    assert reply.response_metadata["token_usage"]["prompt_tokens_details"]["cached_tokens"] >= 70


def slot(server: EmbeddedServer) -> dict[str, Any]:
    """What the server's one slot does."""
    url = server.base_url.removesuffix("/v1") + "/slots"
    reply = httpx.get(url, headers={"Authorization": f"Bearer {server.api_key}"}, timeout=120, trust_env=False)
    return dict(reply.json()[0])


@pytest.mark.models
@pytest.mark.parametrize("prompt", ["word " * 900, "Count from 1 to 1000."], ids=["reading", "writing"])
def test_a_reply_that_nobody_waits_for_frees_the_model(server, prompt):
    key, stop, raised = SecretStr(server.api_key), threading.Event(), list[BaseException]()
    endpoint = Endpoint(server.base_url, key, MODEL.name, answer_tokens=900, timeout_s=300, retries=0)
    begun = threading.Event()

    def ask() -> None:
        try:
            for _ in pieces(endpoint.runnable.stream(prompt), stop.is_set):
                begun.set()
        except BaseException as error:
            raised.append(error)

    asking = threading.Thread(target=ask)
    asking.start()
    if prompt.startswith("Count"):
        assert begun.wait(120)
    while not slot(server)["is_processing"]:
        assert asking.is_alive()
    stop.set()
    asking.join(60)
    while (now := slot(server))["is_processing"]:
        time.sleep(0.05)
    endpoint.close()
    assert [type(error) for error in raised] == [Left]
    # Far from its end, which would have freed it as well.
    assert now["next_token"][0]["n_decoded"] < 450, now


@pytest.mark.models
def test_closing_ends_an_answer_under_way(models_dir):
    settings = load_settings(chat_context_tokens=1024, models_dir=models_dir)
    model = load_chat_model(settings)
    errors: list[Exception] = []
    begun = threading.Event()

    def ask() -> None:
        try:
            for _ in model.runnable.stream("Count from 1 to 100."):
                begun.set()
        except Exception as error:
            errors.append(error)

    asking = threading.Thread(target=ask)
    asking.start()
    assert begun.wait(120)
    closing = time.monotonic()
    model.close()
    model.close()
    asking.join(10)
    assert time.monotonic() - closing < 8
    assert not asking.is_alive() and "embedded chat model" in str(explain(errors[0], settings))


HOLDER = """
import sys, time
from assistant.models.chat import load_chat_model
from assistant.models.embedded import EmbeddedServer
from assistant.settings import load_settings
made = []
start = EmbeddedServer.__init__
EmbeddedServer.__init__ = lambda self, *a, **k: (start(self, *a, **k), made.append(self))[0]
model = load_chat_model(load_settings(chat_context_tokens=1024))
print(made[0].process_id, flush=True)
{then}
"""


@pytest.mark.models
@pytest.mark.parametrize("sent", [signal.SIGKILL, signal.SIGTERM, signal.SIGINT])
def test_the_model_never_outlives_who_started_it(commands: Commands, model_path, sent):
    holder = commands.start("-c", HOLDER.format(then="time.sleep(600)"))
    served = int(holder.stdout.readline())
    os.kill(holder.pid, sent)
    holder.wait(20)
    assert gone(served)


@pytest.mark.models
def test_a_program_that_forgets_to_close_it_still_ends(commands: Commands, model_path):
    run = commands.python("-c", HOLDER.format(then="pass"))
    assert run.code == 0, run.err
    assert gone(int(run.out))


@pytest.mark.models
def test_ctrl_c_in_the_terminal_leaves_the_model_to_its_owner(server):
    os.kill(server.process_id, signal.SIGINT)
    time.sleep(0.3)
    assert complete(server, [{"role": "user", "content": "Say yes."}]).status_code == 200


@pytest.mark.models
def test_a_model_whose_process_died_is_said(model_path, tmp_path):
    server = serve(model_path, tmp_path / "prefixes")
    server.wait()
    os.kill(server.process_id, signal.SIGKILL)
    assert server._process.wait(10)
    with pytest.raises(ChatModelError, match=r"does not answer.*Start the program again"):
        server.warm(PREFIX)
    server.close()
