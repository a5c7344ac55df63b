"""Who may come in: who has no token gets nothing, and browsers never do."""

from __future__ import annotations

from typing import Any

import httpx
import pytest

from assistant.facade import Assistant
from assistant.index.lock import owner_of
from assistant.owner.desk import Desk
from assistant.owner.orders import Remove


def knock(owner: Assistant, headers: dict[str, str] | None = None, path: str = "/work") -> httpx.Response:
    """Asks for a document to be removed, with the right token unless `headers` say otherwise."""
    found = owner_of(owner.settings.home)
    assert found and found.address
    given = {"Authorization": f"Bearer {found.address.token}"} | (headers or {})
    url = f"http://127.0.0.1:{found.address.port}{path}"
    body = Remove(names=("leases.md",)).model_dump_json()
    with httpx.Client(trust_env=False) as http:
        return http.post(url, content=body, headers={name: value for name, value in given.items() if value})


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"Authorization": ""}, 401), ({"Authorization": "Bearer"}, 401), ({"Authorization": "Bearer wrong"}, 401),
        ({"Authorization": "Bearer caf\u00e9"}, 401), ({"Authorization": "Basic eDp5"}, 401),
        ({"Origin": "http://evil.example"}, 403), ({"Origin": "null"}, 403), ({"Origin": "http://127.0.0.1"}, 403),
        ({"Sec-Fetch-Site": "same-origin"}, 403), ({"Sec-Fetch-Mode": "no-cors"}, 403),
        ({"Host": "evil.example"}, 400), ({"Host": "localhost"}, 400),
    ],
)  # fmt: skip
def test_strangers_and_browsers_are_refused(owner: Assistant, desk: Desk, headers: dict[str, str], status: int) -> None:
    encoded: Any = {name: value.encode("latin-1") for name, value in headers.items()}
    assert knock(owner, encoded).status_code == status
    assert knock(owner, encoded, "/state").status_code == status
    assert len(owner.documents()) == 2


def test_no_page_is_allowed_in_by_preflight(owner: Assistant, desk: Desk) -> None:
    found = owner_of(owner.settings.home)
    assert found and found.address
    asked = {"Origin": "http://evil.example", "Access-Control-Request-Method": "POST"}
    with httpx.Client(trust_env=False) as http:
        answer = http.options(f"http://127.0.0.1:{found.address.port}/work", headers=asked)
    assert answer.status_code == 403
    assert not [name for name in answer.headers if name.startswith("access-control")]


def test_the_right_token_opens_and_every_owner_has_its_own(owner: Assistant, desk: Desk) -> None:
    first = owner_of(owner.settings.home)
    assert knock(owner).status_code == 200
    assert [info.name for info in owner.documents()] == ["bakery.md"]
    assert knock(owner, path="/elsewhere").status_code == 404
    desk.close()
    assert owner_of(owner.settings.home) != first
    other = Desk(owner, owner.settings, "the chat")
    other.open()
    second = owner_of(owner.settings.home)
    assert first and first.address and second and second.address
    assert first.address.token != second.address.token
    assert len(second.address.token) >= 40
    other.close()


def test_what_is_no_order_is_refused(owner: Assistant, desk: Desk) -> None:
    found = owner_of(owner.settings.home)
    assert found and found.address
    with httpx.Client(trust_env=False, headers={"Authorization": f"Bearer {found.address.token}"}) as http:
        url = f"http://127.0.0.1:{found.address.port}/work"
        assert http.post(url, content=b"\xff{").status_code == 422
        assert http.get(url).status_code == 405
