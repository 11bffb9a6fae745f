"""What the studio says of unsaved texts: findings at their line, pictures, calls, comparisons."""

import asyncio
import json
import shutil
from collections.abc import AsyncIterator
from datetime import datetime
from pathlib import Path

import pytest
import pytest_asyncio

from ari_app.db.engine import open_engine
from ari_app.db.models import Base
from ari_app.db.schema import upgrade
from ari_app.runtime import studio_desk
from ari_app.runtime.studio_desk import Place, StudioDesk
from ari_app.settings import PROJECT_DIR, Settings
from ari_app.web.ports import Row
from ari_app.web.problems import Problem
from ivr.calendar import SHANGHAI

pytestmark = pytest.mark.asyncio

NOON = 1763956800.0
"""Some moment of a day; calls of the day before are compared."""
SMALL = """\
flow: main
start: hello
last_resort: anybody
nodes:
  hello: {type: say, prompts: [notice_greeting], next: anybody}
  anybody: {type: queue, queue: general}
"""


def _sounds(_folder: str, names: list[str]) -> set[str]:
    """What is not copied: it is linked to, which is quicker."""
    return {name for name in names if name == "prompts"}


def settings_at(folder: Path) -> Settings:
    shutil.copytree(PROJECT_DIR / "config", folder / "config", ignore=_sounds)
    (folder / "config" / "prompts").symlink_to(PROJECT_DIR / "config" / "prompts")
    database = f"sqlite+aiosqlite:///{folder / 'run' / 'hotline.sqlite3'}"
    (folder / "run").mkdir()
    return Settings(
        config_dir=folder / "config", run_dir=folder / "run", database_url=database,
        recordings_dir=folder / "recordings",
    )  # fmt: skip


@pytest_asyncio.fixture
async def desk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[StudioDesk]:
    monkeypatch.setattr(studio_desk, "ANSWER_S", 150.0)  # a slow machine is no fault
    monkeypatch.setattr(studio_desk, "COMPARE_S", 150.0)
    one = StudioDesk(Place(settings_at(tmp_path), lambda: 1, lambda: NOON))
    yield one
    await one.close()


async def codes(desk: StudioDesk, text: str, profile: str = "") -> list[tuple[str, int, str]]:
    found = await desk.check({"flows/main.yaml": text}, profile)
    return [(one["file"], one["line"], one["code"]) for one in found["problems"]]  # type: ignore[index,union-attr,call-overload]


async def test_a_finding_stands_at_its_line_before_anything_is_saved(
    desk: StudioDesk, tmp_path: Path
):
    wrong = SMALL.replace("next: anybody", "next: anybdy").replace("[notice_greeting]", "[nothing]")
    assert await codes(desk, wrong) == [
        ("flows/main.yaml", 5, "E304"), ("flows/main.yaml", 5, "E301"),
    ]  # fmt: skip
    assert await codes(desk, "flow: main\n  x: [\n") == [("flows/main.yaml", 2, "E101")]
    assert "flow: main\n  x" not in (tmp_path / "config" / "flows" / "main.yaml").read_text()


async def test_what_is_well_is_proved_and_its_cases_are_played(desk: StudioDesk):
    found = await desk.check({}, "")
    assert (found["is_fit"], found["problems"]) == (True, [])
    cases = found["cases"]
    assert isinstance(cases, list)
    assert len(cases) > 20
    assert all(isinstance(one, dict) and one["passed"] for one in cases)
    assert "main" in str(found["proofs"])


async def test_the_rules_of_a_profile_are_said_when_asked_for(desk: StudioDesk):
    assert not [one for one in await codes(desk, SMALL) if one[2].startswith("W7")]
    assert [one for one in await codes(desk, SMALL, "gbt33358") if one[2].startswith("W7")]


async def test_a_case_that_a_change_breaks_is_named(desk: StudioDesk):
    found = await desk.check({"flows/main.yaml": SMALL}, "")
    problems = str(found["problems"]) + str(found["cases"])
    assert "tests/main.yaml" in problems


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("#" * (256 * 1024 + 1), "E102"),
        ("a: &b c\n", "E104"),
        ("x: " + "[" * 3000, "E103"),
        ("\x00", "E101"),
        ("", "E107"),
        ("- !!python/object:os.system x\n", "E105"),
    ],
)
async def test_hostile_texts_are_findings(desk: StudioDesk, text: str, code: str):
    assert code in {one[2] for one in await codes(desk, text)}


async def test_a_broken_configuration_is_told_with_its_file(desk: StudioDesk, tmp_path: Path):
    (tmp_path / "config" / "queues.yaml").write_text("queues: 7\n")
    found = await desk.check({}, "")
    first = found["problems"][0]  # type: ignore[index,call-overload]
    assert first["file"] == "queues.yaml"  # type: ignore[index,call-overload]
    assert str(tmp_path) not in json.dumps(found)


async def test_a_picture_leads_back_to_its_lines(desk: StudioDesk):
    text = SMALL.replace("general}", "genral}")
    found = await desk.draw({"flows/main.yaml": text}, "", "flows/main.yaml")
    boxes = {one["id"]: one for one in found["boxes"]}  # type: ignore[index,union-attr,call-overload]
    assert (boxes["anybody"]["line"], boxes["anybody"]["codes"]) == (6, ["E302"])
    assert str(found["svg"]).startswith("<svg")
    assert "<style" not in str(found["svg"])


async def test_text_of_a_tree_is_text_in_its_picture(desk: StudioDesk):
    text = SMALL.replace("flow: main\n", 'flow: main\ndescription: "</text><script>x</script>"\n')
    found = await desk.draw({"flows/main.yaml": text}, "", "flows/main.yaml")
    assert "<script" not in str(found["svg"])
    assert "&lt;script" in str(found["svg"])


async def test_what_cannot_be_read_has_no_picture(desk: StudioDesk):
    found = await desk.draw({"flows/main.yaml": "a: ["}, "", "flows/main.yaml")
    assert (found["svg"], found["why"]) == (None, "not_readable")


def script(*deeds: dict[str, object], **more: object) -> dict[str, object]:
    return {"changed": {}, "dialled": "12345", "flow": "", "facts": {}, "deeds": deeds, **more}


async def test_a_call_is_played_step_by_step(desk: StudioDesk):
    go_on: dict[str, object] = {"do": "go_on"}
    found = await desk.play(script(go_on, {"do": "key", "key": "3"}, {"do": "answer"}))
    said = [one["name"] for one in found["entries"] if one["kind"] == "say"]  # type: ignore[index,union-attr,call-overload]
    assert "menu_en" in said
    now = found["now"]
    assert isinstance(now, dict)
    assert (now["node"], now["phase"], now["file"]) == (
        "english_desk", "with_person", "flows/main.yaml",
    )  # fmt: skip
    [queued] = [one for one in found["entries"] if one["kind"] == "queue"]  # type: ignore[index,union-attr,call-overload]
    assert (queued["queue"], queued["needs"]["en"] > 0, queued["join"]) == ("general", True, "")


async def test_facts_are_set_and_unknown_ones_are_named(desk: StudioDesk):
    text = SMALL.replace(
        "  hello: {type: say, prompts: [notice_greeting], next: anybody}",
        "  hello: {type: schedule, schedule: office, open: anybody, closed: late, holiday: late}\n"
        "  late: {type: say, prompts: [closed_notice], next: anybody}",
    )
    changed = {"flows/main.yaml": text}
    asked = await desk.play(script(changed=changed))
    assert "schedule.office" in str(asked["now"])
    closed = await desk.play(script(changed=changed, facts={"schedule.office": "closed"}))
    assert "closed_notice" in str(closed["entries"])


async def test_a_broken_tree_plays_no_call_and_an_unknown_one_is_a_refusal(desk: StudioDesk):
    found = await desk.play(script(changed={"flows/main.yaml": "x"}))
    assert found["now"] is None
    assert found["problems"]
    with pytest.raises(Problem) as refused:
        await desk.play(script(flow="nowhere"))
    assert refused.value.status == 404


async def test_a_worker_that_is_too_slow_is_ended_and_the_next_answers(
    desk: StudioDesk, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(studio_desk, "ANSWER_S", 0.0)
    with pytest.raises(Problem) as refused:
        await desk.names()
    assert refused.value.code == "check_too_long"
    monkeypatch.setattr(studio_desk, "ANSWER_S", 150.0)
    assert (await desk.names())["queues"]


async def test_too_many_questions_at_once_are_refused(
    desk: StudioDesk, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(studio_desk, "MOST_WAITING", 1)
    first = asyncio.create_task(desk.check({}, ""))
    await asyncio.sleep(0)
    with pytest.raises(Problem) as refused:
        await desk.names()
    assert refused.value.code == "studio_busy"
    assert (await first)["is_fit"]


# --- a day's calls -----------------------------------------------------------------------------


async def with_calls(desk_folder: Path, count: int, since: float = NOON - 86_400) -> None:
    """Version 1 is what the folder holds; yesterday's callers said nothing and waited."""
    settings = Settings(
        config_dir=desk_folder / "config", run_dir=desk_folder / "run",
        database_url=f"sqlite+aiosqlite:///{desk_folder / 'run' / 'hotline.sqlite3'}",
        recordings_dir=desk_folder / "recordings",
    )  # fmt: skip
    await upgrade(settings.database_url)
    version = settings.flows_dir / "000001"
    version.mkdir(parents=True)
    for file in (settings.config_dir / "flows").glob("*.yaml"):
        shutil.copy(file, version)
    calls = Base.metadata.tables["calls"]
    engine = open_engine(settings.database_url)
    async with engine.begin() as connection:
        for number in range(count):
            row = {
                "call_id": f"c{number}", "arrived_at": since + number, "caller": "",
                "dialled": "12345", "phase": "ended", "outcome": "answered", "source": "live",
                "ivr_journal": [[2.0, "key", "3"], [2.0, "queued", "general"], [9, "connected"]],
            }  # fmt: skip
            known = {name: value for name, value in row.items() if name in calls.c}
            await connection.execute(calls.insert().values(**known))
    await engine.dispose()


async def steps(desk: StudioDesk, text: str | None) -> list[Row]:
    changed = {} if text is None else {"flows/main.yaml": text}
    return [row async for row in desk.compare(changed, None)]


async def test_the_same_trees_change_no_call(desk: StudioDesk, tmp_path: Path):
    await with_calls(tmp_path, 3)
    found = (await steps(desk, None))[-1]
    assert (found["kind"], found["calls"], found["moved"]) == ("found", 3, 0)


async def test_a_day_is_the_hotlines_wherever_the_machine_stands(desk: StudioDesk, tmp_path: Path):
    begun = datetime.fromtimestamp(NOON - 86_400, SHANGHAI)
    midnight = begun.replace(hour=0, minute=0, second=0, microsecond=0)
    await with_calls(tmp_path, 1, midnight.timestamp())
    rows = [row async for row in desk.compare({}, midnight.date())]
    assert rows[-1]["calls"] == 1


async def test_how_far_it_is_and_which_calls_change(desk: StudioDesk, tmp_path: Path):
    await with_calls(tmp_path, 600)
    main = (tmp_path / "config" / "flows" / "main.yaml").read_text()
    rows = await steps(desk, main.replace("needs: {en: 1}", "needs: {ja: 1}"))
    assert [row.get("done") for row in rows[:-1]] == [0, 250, 500, 600]
    assert (rows[-1]["calls"], rows[-1]["moved"]) == (600, 600)
    assert "needs ja: 1" in str(rows[-1]["moved_by_way"])


async def test_trees_that_are_not_fit_are_not_compared(desk: StudioDesk, tmp_path: Path):
    await with_calls(tmp_path, 1)
    rows = await steps(desk, "flow: [")
    assert [row["kind"] for row in rows] == ["not_fit"]


async def test_one_comparison_at_a_time_and_who_stops_reading_ends_it(
    desk: StudioDesk, tmp_path: Path
):
    await with_calls(tmp_path, 600)
    first = desk.compare({}, None)
    await anext(first)
    with pytest.raises(Problem) as refused:
        await anext(desk.compare({}, None))
    assert refused.value.code == "comparison_running"
    await first.aclose()
    assert (await steps(desk, None))[-1]["kind"] == "found"
