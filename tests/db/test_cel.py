import csv
import io
import os
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ari_app.db.cel import CelCall, CelImport, calls_from_cel
from ari_app.db.cel_file import CelFile, parse
from ari_app.db.rows import CelPosition
from tests.db.databases import Database

TRUNK, PHONE = "PJSIP/trunk-00000001", "PJSIP/1001-00000002"
JOINED = '{"bridge_id":"b1","bridge_technology":"simple_bridge"}'


def line(
    at: float, event: str, channel: str = TRUNK, *, link: str = "h-1.1", uid: str = "",
    context: str = "from-trunk", app: str = "", extra: str = "", mark: str = "",
) -> bytes:  # fmt: skip
    text = io.StringIO()
    exten = "s" if context == "fallback" else "12345"
    rest = (context, app, extra, mark)
    uid = uid or (link if channel == TRUNK else link + "2")
    csv.writer(text, quoting=csv.QUOTE_ALL, lineterminator="\n").writerow(
        [f"{at:.6f}", event, uid, link, channel, "13800138000", "", exten, *rest]
    )
    return text.getvalue().encode()


def hangup(cause: int, source: str = "") -> str:
    return f'{{"hangupcause":{cause},"hangupsource":"{source}","dialstatus":""}}'


def ending(at: float, cause: int, source: str = "", link: str = "h-1.1") -> list[bytes]:
    return [
        line(at, "HANGUP", extra=hangup(cause, source), link=link),
        line(at, "CHAN_END", link=link),
        line(at, "LINKEDID_END", link=link),
    ]


def fallback(link: str = "h-1.1") -> list[bytes]:
    return [
        line(100, "CHAN_START", link=link),
        line(100.1, "fallback", context="fallback", app="CELGenUserEvent", mark="fallback"),
        line(100.2, "ANSWER", context="fallback", app="Answer", link=link),
    ]


def told(lines: list[bytes], **options: float) -> list[CelCall]:
    rows = [parse(text, CelPosition("f", n)) for n, text in enumerate(lines)]
    return calls_from_cel([row for row in rows if row is not None], **options)


def test_a_caller_whom_a_duty_phone_answered() -> None:
    talk = [
        line(105, "CHAN_START", PHONE, context="from-agents"),
        line(109, "ANSWER", PHONE, context="from-agents", app="AppQueue"),
        line(109.1, "BRIDGE_ENTER", PHONE, extra=JOINED, app="AppQueue"),
        line(109.2, "BRIDGE_ENTER", extra=JOINED, app="Queue", context="fallback"),
    ]
    [call] = told(fallback() + talk + ending(160, 16, PHONE))
    assert (call.call_id, call.outcome, call.fallback) == ("h-1.1", "answered_fallback", True)
    assert (call.arrived_at, call.answered_at, call.agent_answered_at) == (100, 100.2, 109.2)
    assert (call.ended_at, call.caller, call.dialled) == (160, "13800138000", "12345")
    assert (call.agent_channel, call.who_hung_up, call.hangup_cause) == (PHONE, "agent", 16)


def test_a_caller_who_left_the_fallback_queue() -> None:
    [call] = told(fallback() + ending(130, 16, TRUNK))
    assert (call.outcome, call.who_hung_up) == ("abandoned_fallback", "caller")


def test_a_caller_who_left_before_anything_answered() -> None:
    [call] = told([line(100, "CHAN_START"), *ending(100.5, 0)])
    assert (call.outcome, call.answered_at) == ("abandoned_before_answer", None)
    assert call.who_hung_up == "caller"


def test_a_caller_whom_the_dialplan_refused() -> None:
    mark = line(100.1, "refused", context="arrival", app="CELGenUserEvent", mark="refused")
    [call] = told([line(100, "CHAN_START"), mark, *ending(100.2, 21, "dialplan/builtin")])
    assert (call.outcome, call.hangup_cause) == ("refused", 21)
    assert call.who_hung_up == "system"


def test_a_call_that_the_service_had_says_so() -> None:
    [call] = told([line(100, "CHAN_START"), line(101, "ANSWER", app="Stasis"), *ending(110, 16)])
    assert call.reached_service


def test_calls_of_agents_and_calls_still_going_on_are_not_told() -> None:
    assert told([line(100, "CHAN_START", context="from-agents"), *ending(110, 16)]) == []
    assert told(fallback()) == []


def test_a_call_that_asterisk_died_with_is_told_after_its_next_start() -> None:
    [call] = told(fallback(), lost_before=200.0)
    assert (call.outcome, call.ended_at) == ("abandoned_fallback", 100.2)


def test_the_log_is_read_on_and_a_torn_line_waits_for_its_end(tmp_path: Path) -> None:
    file = tmp_path / "hotline.csv"
    lines = fallback() + ending(130, 16)
    torn = lines[-1][:40]
    importer = CelImport(file)
    assert importer.poll() == []
    file.write_bytes(b"".join(lines[:-1]) + torn)
    assert importer.poll() == []
    with file.open("ab") as more:
        more.write(lines[-1][40:])
    assert [call.call_id for call in importer.poll()] == ["h-1.1"]
    assert importer.poll() == []


def test_after_a_restart_a_call_that_had_begun_is_told_whole(tmp_path: Path) -> None:
    file = tmp_path / "hotline.csv"
    before = [line(90, "CHAN_START", link="h-1.0"), *ending(91, 16, link="h-1.0")]
    file.write_bytes(b"".join(before + fallback()))
    first = CelImport(file)
    assert [call.call_id for call in first.poll()] == ["h-1.0"]
    with file.open("ab") as more:
        more.write(b"".join(ending(130, 16)))
    [call] = CelImport(file, first.position).poll()
    assert (call.call_id, call.arrived_at, call.outcome) == ("h-1.1", 100, "abandoned_fallback")


def test_a_call_across_a_rotation_is_told_whole_even_after_a_restart(tmp_path: Path) -> None:
    file = tmp_path / "hotline.csv"
    file.write_bytes(b"".join(fallback()[:2]))
    first = CelImport(file)
    first.poll()
    with file.open("ab") as more:
        more.write(fallback()[2])
    file.rename(tmp_path / "hotline.csv.1")
    file.write_bytes(b"".join(ending(130, 16)))
    again = CelImport(file, first.position)
    for importer in (first, again):
        [call] = importer.poll()
        assert (call.outcome, call.answered_at) == ("abandoned_fallback", 100.2)


def test_a_log_that_was_cut_to_nothing_is_read_from_its_start(tmp_path: Path) -> None:
    file = tmp_path / "hotline.csv"
    file.write_bytes(b"".join(fallback() + ending(130, 16)))
    importer = CelImport(file)
    importer.poll()
    os.truncate(file, 0)
    assert importer.poll() == []
    file.write_bytes(
        b"".join([line(200, "CHAN_START", link="h-2.1"), *ending(201, 16, "", "h-2.1")])
    )
    assert [call.call_id for call in importer.poll()] == ["h-2.1"]


def test_bytes_that_are_no_utf8_and_lines_that_are_no_events_are_passed_over(
    tmp_path: Path,
) -> None:
    file = tmp_path / "hotline.csv"
    hostile = line(100, "CHAN_START").replace(b"13800138000", b"1\xff\xfe\x00")
    file.write_bytes(
        b'garbage\n"1","2"\n\n' + b"\xff" * 60 + b"\n" + hostile + b"".join(ending(101, 16))
    )
    [call] = CelImport(file).poll()
    assert call.caller == "1\ufffd\ufffd\x00"


def test_a_caller_whose_number_holds_line_ends_is_told_all_the_same(tmp_path: Path) -> None:
    file = tmp_path / "hotline.csv"
    lines = [line(100, "CHAN_START"), *ending(101, 16)]
    whole = b"".join(text.replace(b"13800138000", b'1"",\r\n"",3\n') for text in lines)
    broken = line(99, "CHAN_START", link="h-1.0")[:30] + b"\n"
    importer = CelImport(file)
    file.write_bytes(broken + whole[:60])
    assert importer.poll() == []
    file.write_bytes(broken + whole)
    [call] = importer.poll()
    assert (call.caller, call.outcome) == ('1",\r\n",3\n', "abandoned_before_answer")


@given(st.binary(max_size=300))
def test_whatever_a_line_holds_it_is_an_event_or_passed_over(noise: bytes) -> None:
    for text in (noise, line(100, "CHAN_START")[:-1] + noise):
        row = parse(text, CelPosition("f", 0))
        assert row is None or isinstance(row.details(), dict)


@pytest.mark.asyncio
async def test_the_place_in_the_log_is_kept_in_the_database(db: Database, tmp_path: Path) -> None:
    file = tmp_path / "hotline.csv"
    file.write_bytes(b"".join(fallback()))
    reader = CelFile(file)
    assert len(list(reader.read())) == 3
    assert await db.repo.cel_position(str(file)) is None
    await db.repo.save_cel_position(str(file), CelPosition("x", 1))
    await db.repo.save_cel_position(str(file), reader.position)
    position = await db.repo.cel_position(str(file))
    assert position == reader.position
    assert list(CelFile(file, position).read()) == []
