"""What browsers get: a cookie that scripts cannot read, pages with a strict policy, own origin."""

import json
from http.cookies import SimpleCookie
from pathlib import Path
from typing import Any

import pytest
from aiohttp import ClientResponse, WSServerHandshakeError

from ari_app.core.commands import Refuse
from ari_app.core.desk_events import AgentSignedIn, AgentSignedOut
from ari_app.core.values import AgentId
from ari_app.web.bundle import SOURCES, STATIC, built_stamp, checked_stamp, stamp_of
from ari_app.web.cookie import NAME
from ari_app.web.pages import HOME, PAGES
from tests.web.conftest import Api
from tests.web.fakes import MACHINES, OPERATOR, PASSWORD
from tests.web.test_web_desk import closed, foreign_origins, heard

pytestmark = pytest.mark.asyncio
ROLES = {
    "wang": "agent", "boss": "supervisor", "judge": "quality", "auditor": "auditor",
    "chief": "admin",
}  # fmt: skip


@pytest.fixture
def more_settings(tmp_path: Path) -> dict[str, Any]:
    """Pages as the build leaves them, with next to nothing in them."""
    (tmp_path / "assets").mkdir()
    (tmp_path / "assets" / "desk-ABCD1234.js").write_text("export {};")
    for name in ("sign_in", *PAGES):
        (tmp_path / f"{name}.html").write_text(f"<!doctype html><title>{name}</title>")
    (tmp_path / "built.json").write_text('{"stamp": "0123456789abcdef"}')
    return {"static_dir": tmp_path}


def own(api: Api) -> dict[str, str]:
    return {"Origin": f"http://127.0.0.1:{api.client.port}"}


async def sign_in(api: Api, agent: str = "wang", **more: Any) -> ClientResponse:
    body = {"agent": agent, "password": PASSWORD, "browser": True}
    headers = more.pop("headers", own(api))
    answer = await api.call("POST", "/api/v1/sign-in", json=body | more, headers=headers)
    api.client.session.cookie_jar.clear()  # each test shows its cookie itself
    return answer


async def cookie_of(api: Api, agent: str = "wang") -> dict[str, str]:
    answer = await sign_in(api, agent)
    assert answer.status == 200, await answer.text()
    api.ask.asked.clear()
    return {"Cookie": f"{NAME}={answer.cookies[NAME].value}"}


async def page(api: Api, path: str, headers: dict[str, str]) -> ClientResponse:
    return await api.call("GET", path, headers=headers, allow_redirects=False)


async def test_a_browser_gets_its_token_in_a_cookie_that_no_script_reads(api: Api) -> None:
    answer = await sign_in(api)
    body = await answer.json()
    assert set(body) == {"agent", "expires_at"}
    (set_cookie,) = answer.headers.getall("Set-Cookie")
    morsel = SimpleCookie(set_cookie)[NAME]
    assert morsel["httponly"] is True
    assert (morsel["samesite"], morsel["path"], morsel["secure"]) == ("Strict", "/", "")
    assert int(morsel["max-age"]) == 12 * 3600
    assert morsel.value not in json.dumps(body)


async def test_behind_https_the_cookie_is_for_https_alone(api: Api) -> None:
    headers = {
        "X-Forwarded-Proto": "https", "Origin": f"https://127.0.0.1:{api.client.port}",
    }  # fmt: skip
    answer = await sign_in(api, headers=headers)
    assert answer.status == 200
    assert answer.cookies[NAME]["secure"] is True


async def test_a_program_still_gets_a_token_and_no_cookie(api: Api) -> None:
    answer = await api.post("sign-in", {"agent": "wang", "password": PASSWORD})
    assert (await answer.json())["token"]
    assert "Set-Cookie" not in answer.headers


@pytest.mark.parametrize("who", ROLES)
async def test_each_role_learns_what_it_may(api: Api, who: str) -> None:
    answer = await api.call("GET", "/api/v1/me", headers=await cookie_of(api, who))
    me = await answer.json()
    assert (me["agent"], me["role"], me["phone"]) == (who, ROLES[who], "sip")
    assert me["home"] in me["pages"]
    assert ("agent" in me["rights"]) is (who not in ("judge", "auditor"))
    assert ("admin" in me["rights"]) is (who == "chief")
    assert ("recordings" in me["rights"]) is (who not in ("wang", "auditor"))


@pytest.mark.parametrize("origin", ["none", "foreign", "two"])
async def test_with_a_cookie_only_our_own_pages_may_change_anything(api: Api, origin: str) -> None:
    headers = await cookie_of(api)
    more: list[tuple[str, str]] = {
        "none": [],
        "foreign": [("Origin", "https://evil.cn")],
        "two": [*own(api).items(), ("Origin", "https://evil.cn")],
    }[origin]
    for path in ("agent/ready", "sign-out", "agent/not-ready"):
        answer = await api.client.post(f"/api/v1/{path}", headers=[*headers.items(), *more])
        assert (answer.status, (await answer.json())["code"]) == (403, "foreign_origin")
    assert api.ask.asked == []
    answer = await api.call("GET", "/api/v1/agent", headers=headers)
    assert answer.status == 200


async def test_none_of_200_foreign_origins_may_use_the_cookie(api: Api) -> None:
    cookie, port = await cookie_of(api), api.client.port or 0
    origins = [*foreign_origins(f"http://127.0.0.1:{port}", port), "https://desk.example.gov.cn"]
    for origin in origins:
        headers = {**cookie, "Origin": origin}
        answer = await api.call("POST", "/api/v1/agent/ready", headers=headers)
        assert answer.status == 403, origin
    assert api.ask.asked == []


async def test_a_foreign_page_cannot_sign_a_browser_in(api: Api) -> None:
    answer = await sign_in(api, headers={"Origin": "https://evil.cn"})
    assert answer.status == 403
    assert "Set-Cookie" not in answer.headers


async def test_an_own_page_may(api: Api) -> None:
    headers = await cookie_of(api) | own(api)
    answer = await api.call("POST", "/api/v1/agent/ready", headers=headers)
    assert answer.status == 200


async def test_the_tokens_of_programs_are_no_cookies(api: Api) -> None:
    for token in (OPERATOR, *MACHINES.values()):
        headers = {"Cookie": f'{NAME}="{token}"', **own(api)}
        answer = await api.call("GET", "/api/v1/flows/status", headers=headers)
        assert answer.status == 401


async def test_signing_out_takes_the_cookie_back_and_ends_its_session(api: Api) -> None:
    headers = await cookie_of(api) | own(api)
    answer = await api.call("POST", "/api/v1/sign-out", headers=headers)
    assert answer.status == 204
    assert answer.cookies[NAME].value == ""
    assert answer.cookies[NAME]["max-age"] == "0"
    assert api.ask.asked == [AgentSignedOut(AgentId("wang"))]
    assert (await api.call("GET", "/api/v1/me", headers=headers)).status == 401


async def test_the_desk_knows_its_agent_by_the_cookie(api: Api) -> None:
    headers = await cookie_of(api) | own(api)
    desk = await api.client.ws_connect("/api/v1/desk", headers=headers)
    assert (await heard(desk))["agent"] == "wang"


@pytest.mark.parametrize("cookie", ["old", "none"])
async def test_a_desk_without_a_good_cookie_is_told_to_sign_in(api: Api, cookie: str) -> None:
    headers = own(api) | ({"Cookie": f"{NAME}={'A' * 43}"} if cookie == "old" else {})
    desk = await api.client.ws_connect("/api/v1/desk", headers=headers)
    if cookie == "none":
        await desk.send_str("{}")
    assert await closed(desk) == 4401


@pytest.mark.parametrize("origin", ["https://evil.cn", "https://desk.example.gov.cn", None])
async def test_no_other_page_opens_a_desk_with_the_cookie(api: Api, origin: str | None) -> None:
    headers = await cookie_of(api) | ({"Origin": origin} if origin else {})
    if origin == "https://evil.cn":
        with pytest.raises(WSServerHandshakeError) as refused:
            await api.client.ws_connect("/api/v1/desk", headers=headers)
        assert refused.value.status == 403
        return
    desk = await api.client.ws_connect("/api/v1/desk", headers=headers)
    await desk.send_str('{"type":"ready"}')  # it was not introduced by its cookie
    assert await closed(desk) == 4401


async def test_auditors_have_no_desk_and_quality_only_listens_at_theirs(api: Api) -> None:
    headers = await cookie_of(api, "auditor") | own(api)
    with pytest.raises(WSServerHandshakeError) as refused:
        await api.client.ws_connect("/api/v1/desk", headers=headers)
    assert refused.value.status == 403
    headers = await cookie_of(api, "judge") | own(api)
    desk = await api.client.ws_connect("/api/v1/desk", headers=headers)
    assert (await heard(desk))["type"] == "hello"
    await desk.send_json({"type": "ready", "ref": 1})
    reply = await heard(desk)
    assert (reply["ok"], reply["code"]) == (False, "forbidden")


async def test_a_ping_is_answered_with_the_time_and_changes_nothing(api: Api) -> None:
    desk = await api.client.ws_connect(
        "/api/v1/desk", headers=await cookie_of(api) | own(api)
    )  # fmt: skip
    await heard(desk)
    before = list(api.ask.asked)
    await desk.send_json({"type": "ping", "ref": 7})
    assert await heard(desk) == {"type": "reply", "ref": 7, "ok": True, "now": api.clock.at}
    assert api.ask.asked == before


async def test_an_auditor_signs_in_without_a_phone(api: Api) -> None:
    assert (await sign_in(api, "auditor")).status == 200
    assert api.ask.asked == []


@pytest.mark.parametrize(("who", "status"), [("wang", 409), ("boss", 200), ("judge", 200)])
async def test_who_does_more_than_take_calls_works_without_a_seat(
    api: Api, who: str, status: int
) -> None:
    api.ask.refuse = Refuse("seat_needed", "请填写座位号。")
    assert (await sign_in(api, who)).status == status
    assert api.ask.asked == [AgentSignedIn(AgentId(who), "", None)]


@pytest.mark.parametrize("who", ROLES)
@pytest.mark.parametrize("name", PAGES)
async def test_a_page_is_for_those_who_may_and_others_go_home(
    api: Api, who: str, name: str
) -> None:
    headers = await cookie_of(api, who)
    pages = (await (await api.call("GET", "/api/v1/me", headers=headers)).json())["pages"]
    answer = await page(api, f"/{name}", headers)
    if name in pages:
        assert (answer.status, await answer.text()) == (
            200, f"<!doctype html><title>{name}</title>"
        )  # fmt: skip
    else:
        home = HOME[ROLES[who]]  # type: ignore[index]
        assert (answer.status, answer.headers["Location"]) == (303, f"/{home}")


async def test_a_stranger_is_led_to_the_sign_in_and_back(api: Api) -> None:
    answer = await page(api, "/board", {})
    assert (answer.status, answer.headers["Location"]) == (303, "/?next=/board")
    answer = await page(api, "/", {})
    assert "<title>sign_in</title>" in await answer.text()
    answer = await page(api, "/", await cookie_of(api, "boss"))
    assert (answer.status, answer.headers["Location"]) == (303, "/board")


async def test_pages_carry_the_strict_policy_and_are_not_kept(api: Api) -> None:
    answer = await page(api, "/", {})
    policy = dict(
        part.split(" ", 1) for part in answer.headers["Content-Security-Policy"].split("; ")
    )
    assert policy == {
        "default-src": "'none'", "script-src": "'self'", "style-src": "'self'",
        "connect-src": "'self'", "img-src": "'self' data:", "media-src": "'self' blob:",
        "font-src": "'self'", "worker-src": "'self'", "base-uri": "'none'",
        "form-action": "'self'", "frame-ancestors": "'none'",
    }  # fmt: skip
    assert answer.headers["Cache-Control"] == "no-store"
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.headers["X-Frame-Options"] == "DENY"
    assert "microphone=(self)" in answer.headers["Permissions-Policy"]


async def test_hashed_files_may_be_kept_for_ever(api: Api) -> None:
    answer = await page(api, "/assets/desk-ABCD1234.js", {})
    assert (answer.status, await answer.text()) == (200, "export {};")
    assert answer.headers["Cache-Control"] == "public, max-age=31536000, immutable"
    assert answer.content_type in ("text/javascript", "application/javascript")


@pytest.mark.parametrize(
    "path",
    ["assets/", "assets/x.js", "assets/desk-00000000.js", "assets/../built.json", "built.json",
     "assets/%2e%2e%2fbuilt.json", "assets/..%2f..%2fauth.py", "sign_in.html", "nothing"],
)  # fmt: skip
async def test_nothing_else_is_served(api: Api, path: str) -> None:
    answer = await page(api, f"/{path}", {})
    assert answer.status == 404


async def test_answers_name_the_build_so_that_an_old_page_notices(api: Api) -> None:
    answer = await api.call("GET", "/api/v1/me", headers=await cookie_of(api))
    assert answer.headers["X-Desk-Build"] == "0123456789abcdef"


class TestNotBuilt:
    @pytest.fixture
    def more_settings(self, tmp_path: Path) -> dict[str, Any]:
        return {"static_dir": tmp_path / "nothing"}

    async def test_pages_that_are_not_built_say_what_to_do(self, api: Api) -> None:
        answer = await page(api, "/", {})
        assert answer.status == 503
        assert "make setup" in await answer.text()
        answer = await page(api, "/desk", await cookie_of(api))
        assert answer.status == 503


class TestAuditorsHear:
    @pytest.fixture
    def more_settings(self) -> dict[str, Any]:
        return {"auditors_hear": True}

    async def test_auditors_play_recordings_where_the_settings_say_so(self, api: Api) -> None:
        answer = await api.call("GET", "/api/v1/me", headers=await cookie_of(api, "auditor"))
        assert "recordings" in (await answer.json())["rights"]


async def test_the_built_pages_are_of_these_sources() -> None:
    assert built_stamp(STATIC), "run: make setup"
    assert built_stamp(STATIC) == stamp_of(SOURCES), "run: make setup"


async def test_old_pages_are_said_so_at_start(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "built.json").write_text('{"stamp": "0"}')
    assert checked_stamp(tmp_path, SOURCES) == "0"
    assert checked_stamp(tmp_path / "missing", SOURCES) == ""
    said = capsys.readouterr().out
    assert "pages.old" in said
    assert "pages.not_built" in said
