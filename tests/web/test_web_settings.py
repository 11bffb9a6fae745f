"""The configuration's files and the prompts over the API: what is sent, kept, refused, audited."""

import json
from io import BytesIO

import pytest
from aiohttp import FormData

from ari_app.web.api.prompts import LARGEST_FILE
from ari_app.web.problems import Problem
from ivr.problems import Problem as Finding
from tests.web.conftest import Api
from tests.web.fakes import OPERATOR

pytestmark = pytest.mark.asyncio

AGENTS = "/api/v1/config/agents"
STUDIO = "/api/v1/prompts/zh_CN/goodbye/studio"
SOUND = "/api/v1/prompts/zh_CN/goodbye/sound"
SEEN = {"If-Match": f'"{"a" * 64}"'}


async def test_a_file_carries_the_tag_with_which_it_is_saved_again(api: Api) -> None:
    chief = await api.sign_in("chief")
    shown = await api.call("GET", AGENTS, token=chief)
    tag = shown.headers["ETag"]
    headers = {"If-Match": tag}
    saved = await api.call("PUT", AGENTS, token=chief, headers=headers, json={"text": "x: 1\n"})
    assert saved.status == 200
    assert saved.headers["ETag"] == f'"{(await saved.json())["sha256"]}"'
    assert api.configurations.asked[-1] == ("write", "agents", "x: 1\n", "a" * 64)


@pytest.mark.parametrize("tag", ["", '"3"', "abc", '"' + "A" * 64 + '"', '"' + "a" * 65 + '"'])
async def test_without_the_tag_of_what_was_read_nothing_is_saved(api: Api, tag: str) -> None:
    chief, headers = await api.sign_in("chief"), {"If-Match": tag} if tag else {}
    for method, path, body in (
        ("PUT", AGENTS, {"text": "x"}),
        ("PUT", f"{AGENTS}/agents/1001", {"value": {}}),
        ("DELETE", f"{AGENTS}/agents/1001", None),
    ):
        answer = await api.call(method, path, token=chief, headers=headers, json=body)
        assert (answer.status, (await answer.json())["code"]) == (428, "no_version")
    assert api.configurations.asked == []


async def test_an_entry_is_put_and_removed_by_its_name(api: Api) -> None:
    entry = f"{AGENTS}/agents/1001"
    value = {"name": "王敏", "skills": {"zh": 5}, "rank": None, "queues": []}
    chief = await api.sign_in("chief")
    await api.call("PUT", entry, token=chief, headers=SEEN, json={"value": value})
    await api.call("DELETE", entry, token=chief, headers={"If-Match": "*"})
    assert api.configurations.asked == [
        ("put", "agents", ("agents", "1001"), value, "a" * 64),
        ("remove", "agents", ("agents", "1001"), None),
    ]


async def test_a_large_file_is_saved_and_a_huge_one_refused(api: Api) -> None:
    chief, headers = await api.sign_in("chief"), SEEN
    text = "# " + "长" * 80_000
    answer = await api.call("PUT", AGENTS, token=chief, headers=headers, json={"text": text})
    assert (answer.status, api.configurations.asked[-1][2]) == (200, text)
    huge = b'{"text": "' + b"x" * 3_000_000 + b'"}'
    answer = await api.call("PUT", AGENTS, token=chief, headers=headers, data=BytesIO(huge))
    assert (answer.status, (await answer.json())["code"]) == (413, "too_large")


async def test_what_is_not_fit_is_answered_with_each_fault_at_its_line(api: Api) -> None:
    fault = Finding("agents.yaml", 5, 31, "E302", "there is no queue.", "Did you mean 'general'?")
    api.configurations.refuse = Problem(422, "config_not_fit", "配置有错误。", problems=[fault])
    chief = await api.sign_in("chief")
    answer = await api.call("PUT", AGENTS, token=chief, headers=SEEN, json={"text": "x"})
    body = await answer.json()
    assert (answer.status, body["code"]) == (422, "config_not_fit")
    assert body["problems"][0] | {"line": 5, "col": 31} == body["problems"][0]


async def test_the_audit_keeps_what_was_changed_line_by_line(api: Api) -> None:
    chief = await api.sign_in("chief")
    await api.call("PUT", AGENTS, token=chief, headers=SEEN, json={"text": "x"})
    changed, request = api.audits.written
    assert (changed.who, changed.what, changed.subject) == ("chief", "config.changed", "agents")
    assert "-b: 2\n+b: 3" in str(changed.data["diff"])
    assert (request.what, request.result) == ("PUT /api/v1/config/{file}", "200")
    assert "body" not in request.data


async def test_a_new_password_is_answered_once_and_not_kept(api: Api) -> None:
    chief = await api.sign_in("chief")
    path = "/api/v1/config/passwords/1001"
    answer = await api.call("POST", path, token=chief, json={"which": "sip"})
    assert (await answer.json())["password"] == "brand new"
    assert answer.headers["Cache-Control"] == "no-store"
    assert "brand new" not in json.dumps([str(row) for row in api.audits.written])


async def test_a_new_password_ends_the_sessions_of_the_old_one(api: Api) -> None:
    api.credentials.roles["1001"] = "agent"
    chief, agent = await api.sign_in("chief"), await api.sign_in("1001")
    path = "/api/v1/config/passwords/1001"
    assert (await api.call("POST", path, token=chief, json={"which": "sip"})).status == 200
    assert (await api.get("me", agent)).status == 200
    assert (await api.call("POST", path, token=chief, json={"which": "api"})).status == 200
    assert (await api.get("me", agent)).status == 401
    assert (await api.get("me", chief)).status == 200


async def test_a_command_on_this_machine_may_reload(api: Api) -> None:
    answer = await api.post("config/reload", token=OPERATOR)
    assert (answer.status, api.configurations.asked) == (200, [("reload",)])


@pytest.mark.parametrize(
    "path",
    ["config/..", "config/%2e%2e%2fsecrets", "config/hotline.yaml", "config/agents/a%2fb/c",
     "config/Agents", "config/agents/agents/%00", "prompts/zh_CN/..%2f..%2fetc/sound",
     "prompts/../goodbye/sound", "prompts/zh_CN/GOODBYE/sound", "prompts/zh%00/goodbye/sound"],
)  # fmt: skip
async def test_names_of_other_files_are_no_address(api: Api, path: str) -> None:
    answer = await api.get(path, await api.sign_in("chief"))
    assert answer.status in (404, 405)
    assert api.configurations.asked == []


async def test_a_studio_file_comes_as_the_body_or_in_a_form(api: Api) -> None:
    chief, sound = await api.sign_in("chief"), b"RIFF" + b"\0" * 100_000
    answer = await api.call("PUT", STUDIO, token=chief, data=sound)
    assert answer.status == 200, await answer.text()
    form = FormData()
    form.add_field(
        "file", BytesIO(sound), filename="../../../etc/passwd%00.wav", content_type="audio/wav"
    )
    answer = await api.call("PUT", STUDIO, token=chief, data=form)
    assert answer.status == 200, await answer.text()
    assert api.prompts.uploads == [sound, sound]
    assert not list(api.prompts.folder.iterdir()), "nothing of an upload stays behind"
    assert all("body" not in row.data for row in api.audits.written)


@pytest.mark.parametrize(
    ("data", "kind", "status"),
    [
        (b"--x\r\nbroken", "multipart/form-data; boundary=x", 400),
        (b"no form at all", "multipart/form-data", 400),
        (b"", "multipart/form-data; boundary=x", 400),
    ],
)
async def test_a_form_that_is_none_is_refused(api: Api, data: bytes, kind: str, status: int):
    chief = await api.sign_in("chief")
    answer = await api.call("PUT", STUDIO, token=chief, data=data, headers={"Content-Type": kind})
    assert answer.status == status, await answer.text()
    assert api.prompts.uploads == []


@pytest.mark.parametrize("is_form", [False, True])
async def test_a_huge_upload_is_refused_before_it_is_kept(api: Api, is_form: bool) -> None:
    async def endless():
        for _ in range(LARGEST_FILE // 2**20 + 2):
            yield bytes(2**20)

    data: object = endless()
    if is_form:
        data = FormData()
        data.add_field("file", BytesIO(bytes(LARGEST_FILE + 1)), filename="x.wav")
    chief = await api.sign_in("chief")
    try:
        answer = await api.call("PUT", STUDIO, token=chief, data=data)
    except (ConnectionError, OSError):
        pass  # the server does not listen to the rest
    else:
        assert (answer.status, (await answer.json())["code"]) == (413, "too_large")
    assert api.prompts.uploads == []
    assert not list(api.prompts.folder.iterdir())


async def test_a_refused_recording_leaves_nothing_behind(api: Api) -> None:
    api.prompts.refuse = Problem(422, "bad_recording", "录音有削波失真。")
    answer = await api.call("PUT", STUDIO, token=await api.sign_in("chief"), data=b"RIFF")
    assert (answer.status, (await answer.json())["code"]) == (422, "bad_recording")
    assert not list(api.prompts.folder.iterdir())


@pytest.mark.parametrize(
    ("asked", "status", "length"),
    [("", 200, 100), ("bytes=0-", 206, 100), ("bytes=10-19", 206, 10), ("bytes=-4", 206, 4),
     ("bytes=90-999", 206, 10), ("bytes=100-", 416, None), ("bytes=9-3", 416, None),
     ("lines=1-2", 416, None)],
)  # fmt: skip
async def test_a_prompt_is_heard_whole_or_from_a_place_on(
    api: Api, asked: str, status: int, length: int | None
) -> None:
    headers = {"Range": asked} if asked else {}
    answer = await api.call("GET", SOUND, token=await api.sign_in("boss"), headers=headers)
    assert answer.status == status
    if length is not None:
        assert len(await answer.read()) == length
        assert answer.content_type == "audio/wav"


async def test_a_supervisor_listens_but_changes_nothing(api: Api) -> None:
    boss = await api.sign_in("boss")
    assert (await api.get("prompts", boss)).status == 200
    for method, path in (("PUT", STUDIO), ("DELETE", STUDIO), ("GET", AGENTS)):
        assert (await api.call(method, path, token=boss, data=b"x")).status == 403
    assert api.prompts.uploads == []
