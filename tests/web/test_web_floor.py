"""Call search and playback: who finds what, whose number is shown, which files may be heard."""

from pathlib import Path
from typing import Any

import pytest

from ari_app.web.floor import CallQuery
from tests.web.conftest import Api
from tests.web.fakes import CALL, FOUND, PAST_CALL
from tests.web.test_web_contract import fits

pytestmark = pytest.mark.asyncio

RECORDING = f"recordings/{CALL}"


async def found(api: Api, who: str, query: str = "") -> dict[str, Any]:
    answer = await api.get(f"calls/search{query}", await api.sign_in(who))
    assert answer.status == 200, await answer.text()
    body = await answer.json()
    fits("FoundCalls", body)
    return dict(body)


async def test_a_supervisor_looks_by_everything_at_once(api: Api) -> None:
    query = (
        "?number=8000&ticket=t-1&call=c&agent=wang&queue=general&outcome=answered&dialled=12345"
        "&language=zh&from=1&to=9.5&limit=7&after=5.25~hotline-1.2"
    )
    await found(api, "boss", query)
    assert api.calls.asked == [
        CallQuery("8000", "t-1", "c", "wang", "general", "answered", "12345", "zh", 1.0, 9.5,
                  (5.25, "hotline-1.2"), 7)
    ]  # fmt: skip


async def test_a_page_names_the_next_one_only_when_there_is_one(api: Api) -> None:
    api.calls.rows = [{**FOUND, "call_id": f"c{n}", "arrived_at": 9.0 - n} for n in range(3)]
    page = await found(api, "boss", "?limit=2")
    assert [row["call_id"] for row in page["calls"]] == ["c0", "c1"]
    assert page["next"] == "8.0~c1"
    assert (await found(api, "boss", "?limit=3"))["next"] is None


@pytest.mark.parametrize("query", ["?number=123", "?number=%25", "?after=x", "?limit=0", "?x=1"])
async def test_what_cannot_be_looked_for_is_refused(api: Api, query: str) -> None:
    answer = await api.get(f"calls/search{query}", await api.sign_in("boss"))
    assert answer.status == 422
    assert api.calls.asked == []


@pytest.mark.parametrize(
    ("who", "own", "secret", "caller", "hears"),
    [
        ("boss", False, False, "13800138000", True),
        ("boss", False, True, "13800138000", True),
        ("wang", True, True, "13800138000", True),
        ("wang", False, False, "138****8000", False),
    ],
)
async def test_a_number_is_shown_to_whom_the_call_concerns(
    api: Api, who: str, own: bool, secret: bool, caller: str, hears: bool
) -> None:
    api.calls.rows = [{**FOUND, "agents": [who] if own else ["li"], "is_confidential": secret}]
    [row] = (await found(api, who))["calls"]
    assert (row["caller"], bool(row["recordings"])) == (caller, hears)


@pytest.mark.parametrize(
    ("who", "whose", "caller"),
    [
        ("boss", "li", "13800138000"),
        ("wang", "wang", "13800138000"),
        ("wang", "li", "138****8000"),
        ("judge", "li", "138****8000"),
        ("auditor", "", "138****8000"),
    ],
)
async def test_past_and_live_calls_show_a_number_to_whom_they_concern(
    api: Api, who: str, whose: str, caller: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(PAST_CALL, "agent", whose)
    live = {**api.ask.calls()[0], "agent": whose}
    monkeypatch.setattr(api.ask, "calls", lambda: [live])
    token = await api.sign_in(who)
    for path in ("calls", "calls/recent"):
        [row] = (await (await api.get(path, token)).json())["calls"]
        assert row["caller"] == caller, path


async def test_an_agent_finds_own_calls_whatever_is_asked(api: Api) -> None:
    await found(api, "wang", "?agent=li")
    assert api.calls.asked[0].agent == "wang"


async def test_a_recording_is_played_whole_and_in_ranges(api: Api, tmp_path: Path) -> None:
    sound = (tmp_path / f"{CALL}.wav").read_bytes()
    boss = await api.sign_in("boss")
    whole = await api.get(RECORDING, boss)
    assert (whole.status, whole.content_type) == (200, "audio/wav")
    assert await whole.read() == sound
    assert whole.headers["Accept-Ranges"] == "bytes"
    assert whole.headers["Cache-Control"] == "no-store"
    part = await api.call(
        "GET", f"/api/v1/{RECORDING}", token=boss, headers={"Range": "bytes=10-19"}
    )
    assert (part.status, await part.read()) == (206, sound[10:20])
    assert part.headers["Content-Range"] == f"bytes 10-19/{len(sound)}"
    beyond = await api.call(
        "GET", f"/api/v1/{RECORDING}", token=boss, headers={"Range": "bytes=999999-"}
    )
    assert beyond.status == 416


async def test_a_playback_is_audited_once_however_it_is_fetched(api: Api) -> None:
    boss = await api.sign_in("boss")
    for begin in (5, 0, 90):
        headers = {"Range": f"bytes={begin}-"}
        await api.call("GET", f"/api/v1/{RECORDING}", token=boss, headers=headers)
    [row] = api.audits.written
    assert (row.who, row.what, row.subject) == ("boss", "GET /api/v1/recordings/{call_id}", CALL)
    assert row.data["file"] == f"{CALL}.wav"
    api.clock.at += 601
    await api.get(RECORDING, boss)
    await api.get(RECORDING, await api.sign_in("wang"))
    assert [one.who for one in api.audits.written] == ["boss", "boss", "wang"]


async def test_nothing_is_heard_that_cannot_be_audited(api: Api) -> None:
    api.audits.error = OSError("disk full")
    boss = await api.sign_in("boss")
    for _ in range(2):
        answer = await api.get(RECORDING, boss)
        assert (answer.status, (await answer.json())["code"]) == (503, "audit_not_written")


async def test_an_agent_hears_own_calls_and_learns_nothing_of_others(api: Api) -> None:
    assert (await api.get(RECORDING, await api.sign_in("wang"))).status == 200
    li = await api.sign_in("li")
    for call in (CALL, "hotline-1.1"):
        for path in (f"recordings/{call}", f"recordings/{call}/waveform"):
            answer = await api.get(path, li)
            assert (answer.status, (await answer.json())["code"]) == (403, "not_yours")


@pytest.mark.parametrize("file", ["..wav", "/etc/passwd", "../x.wav", "other.wav"])
async def test_no_other_file_is_served(api: Api, file: str, tmp_path: Path) -> None:
    (tmp_path / "other.wav").write_bytes(b"x")
    answer = await api.get(f"{RECORDING}?file={file}", await api.sign_in("boss"))
    assert answer.status == 404
    assert api.audits.written == []


async def test_a_link_that_leads_out_of_the_folder_is_not_followed(
    api: Api, tmp_path: Path
) -> None:
    path = tmp_path / f"{CALL}.wav"
    path.unlink()
    path.symlink_to("/etc/passwd")
    assert (await api.get(RECORDING, await api.sign_in("boss"))).status == 404


async def test_a_live_call_is_not_played_and_a_missing_file_said(api: Api, tmp_path: Path) -> None:
    boss = await api.sign_in("boss")
    api.calls.is_over = False
    answer = await api.get(RECORDING, boss)
    assert (answer.status, (await answer.json())["code"]) == (404, "still_recorded")
    api.calls.is_over = True
    (tmp_path / f"{CALL}.wav").unlink()
    answer = await api.get(RECORDING, boss)
    assert (answer.status, (await answer.json())["code"]) == (404, "no_recording")


async def test_a_waveform_has_its_channels_and_the_gaps(api: Api, tmp_path: Path) -> None:
    boss = await api.sign_in("boss")
    answer = await api.get(f"{RECORDING}/waveform?bars=50", boss)
    body = await answer.json()
    fits("Waveform", body)
    assert [len(channel) for channel in body["channels"]] == [50, 50]
    assert 0.4 < max(body["channels"][0]) <= 1.0
    assert body["gaps"][0]["from_s"] == 1.0
    (tmp_path / f"{CALL}.wav").write_bytes(b"no sound")
    assert (await api.get(f"{RECORDING}/waveform", boss)).status == 404
