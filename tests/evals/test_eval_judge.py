"""The judge: which cases it grades, which key reaches which server, what a run records of it."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest
from processes import Cli
from pydantic import SecretStr

from assistant.models.catalog import CHAT_MODELS
from assistant.settings import Settings
from evals.asking import Graders, run_item
from evals.judge import judge_recorded, opened_judge
from evals.options import JudgeOptions
from evals.sets import Question

CASE = {"id": "a", "question": "What?", "answerable": True, "answers": ["$835"], "documents": [], "type": "t"}
REPLY = {
    "id": "1", "object": "chat.completion", "created": 1, "model": "m",
    "choices": [{"index": 0, "message": {"role": "assistant", "content": "RIGHT"}, "finish_reason": "stop"}],
}  # fmt: skip
PIECE = {**REPLY, "object": "chat.completion.chunk"}
PIECE["choices"] = [{"index": 0, "delta": {"role": "assistant", "content": "RIGHT"}, "finish_reason": "stop"}]


def case(**more: Any) -> Question:
    return Question.model_validate_json(json.dumps(CASE | more))


class Server(ThreadingHTTPServer):
    """Says RIGHT to everything; `keys` holds what it was authorised with."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.keys: list[str | None] = []

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}/v1"


class Handler(BaseHTTPRequestHandler):
    server: Server

    def do_POST(self) -> None:
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        self.server.keys.append(self.headers["Authorization"])
        streamed = bool(body.get("stream"))
        data = f"data: {json.dumps(PIECE)}\n\ndata: [DONE]\n\n" if streamed else json.dumps(REPLY)
        self.send_response(200)
        self.send_header("Content-Type", "text/event-stream" if streamed else "application/json")
        self.end_headers()
        self.wfile.write(data.encode())

    def log_message(self, *_: Any) -> None:
        """Nothing on stderr."""


@pytest.fixture
def servers() -> Iterator[tuple[Server, Server]]:
    both = Server(), Server()
    for each in both:
        threading.Thread(target=each.serve_forever, daemon=True).start()
    yield both
    for each in both:
        each.shutdown()
        each.server_close()


@pytest.mark.parametrize(
    ("named", "own_key", "judges_key", "reached"),
    [
        # Its own server gets its own key, or none; never that of the chat model's.
        ("other", "chat-key", "judge-key", "judge-key"),
        ("other", "chat-key", None, None),
        # The chat model's server gets the chat model's key, unless the judge has one.
        (None, "chat-key", None, "chat-key"),
        ("chat", "chat-key", None, "chat-key"),
        (None, "chat-key", "judge-key", "judge-key"),
        (None, None, None, None),
    ],
)
def test_which_key_reaches_which_server(
    settings: Settings,
    servers: tuple[Server, Server],
    named: str | None,
    own_key: str | None,
    judges_key: str | None,
    reached: str | None,
) -> None:
    chat, other = servers
    own = Settings(home=settings.home, chat_model="m", chat_base_url=chat.url, chat_api_key=own_key)
    url = {"other": other.url, "chat": chat.url, None: None}[named]
    options = JudgeOptions("j", url, None if judges_key is None else SecretStr(judges_key))
    with opened_judge(own, options) as judge:
        assert judge is not None and judge(case(), "It is $835.").grade == 1
    asked, idle = (other, chat) if named == "other" else (chat, other)
    assert idle.keys == []
    assert asked.keys == [f"Bearer {reached or 'none'}"]


@pytest.mark.parametrize(
    ("more", "graded"),
    [
        ({}, True),
        ({"answers": [], "figures": ["$835"]}, True),
        ({"answers": [], "rejected": ["It is $1."]}, False),
        ({"answers": ["$835"], "rejected": ["It is $1."]}, True),
        ({"answerable": False, "answers": []}, False),
    ],
)
def test_only_cases_with_a_known_answer_are_graded(
    settings: Settings, fake_factory: Any, answering: Any, more: dict[str, Any], graded: bool
) -> None:
    assistant = fake_factory(lambda *_: answering("It is $2.", "$2"))(settings)
    assistant.open()
    seen: list[str] = []

    def judge(question: Question, shown: str) -> Any:
        seen.append(shown)
        return type("Verdict", (), {"grade": 1.0, "said": "RIGHT"})

    item = run_item(assistant, case(**more), retrieval_only=False, graders=Graders(judge=judge))
    assert (seen == ["It is $2."]) is graded and ("judge_grade" in item.scores) is graded


def test_an_embedded_judge_is_recorded_with_its_digest(settings: Settings) -> None:
    name, model = next(iter(CHAT_MODELS.items()))
    assert judge_recorded(settings, JudgeOptions(name)) == {"model": name, "base_url": None, "sha256": model.sha256}
    served = judge_recorded(settings, JudgeOptions(name, "http://127.0.0.1:1/v1", SecretStr("secret")))
    assert served == {"model": name, "base_url": "http://127.0.0.1:1/v1", "sha256": None}
    assert judge_recorded(settings, None) is None


def test_a_judge_of_a_search_alone_is_bad_usage(cli: Cli) -> None:
    run = cli("eval", "--retrieval-only", "--judge", "m")
    assert run.code == 2 and "--judge grades answers" in run.err
