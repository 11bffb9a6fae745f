"""The configuration edited and put into service: real files, engine and trees, no Asterisk."""

import asyncio
import shutil
import stat
from collections.abc import AsyncIterator, Awaitable
from dataclasses import dataclass
from pathlib import Path

import pytest
import pytest_asyncio

from ari_app.ari.client import Client
from ari_app.ari.execute import Executor
from ari_app.ari.http import HttpTransport
from ari_app.configuration import Groundwork, load_groundwork
from ari_app.core.desk_events import AgentAskedReady, AgentSignedIn
from ari_app.core.engine import Engine
from ari_app.core.values import AgentId
from ari_app.core.world import number_key
from ari_app.db.engine import open_engine
from ari_app.db.outbox import Outbox
from ari_app.db.work import TicketStore
from ari_app.flows.opening import Opened, Place, open_versions
from ari_app.flows.store import Store
from ari_app.metrics import Metrics
from ari_app.passwords import load_passwords
from ari_app.runtime.configuration_desk import ConfigurationDesk
from ari_app.runtime.delivery import Delivery
from ari_app.runtime.front import Accounts
from ari_app.runtime.live_configuration import LiveConfiguration, Readers
from ari_app.runtime.live_prompts import LivePrompts
from ari_app.runtime.loop import Loop
from ari_app.runtime.phone_logins import PhoneLogins
from ari_app.runtime.report_desk import ReportDesk
from ari_app.runtime.ticket_desk import TicketDesk
from ari_app.runtime.tree_versions import Parts, TreeVersions
from ari_app.settings import PROJECT_DIR, Settings
from ari_app.web.problems import Problem as Refusal
from tests.runtime.fakes import HandClock

pytestmark = pytest.mark.asyncio

LIN = {"name": "林晓", "queues": ["general"], "skills": {"zh": 4}, "phone": {"register": True}}
TREE = """\
flow: main
language: zh_CN
start: hello
last_resort: anybody
nodes:
  hello: {type: say, prompts: [notice_greeting], next: anybody}
  anybody: {type: queue, queue: night}
"""


@dataclass
class Running:
    config_dir: Path
    settings: Settings
    engine: Engine
    accounts: Accounts
    versions: TreeVersions
    live: LiveConfiguration
    desk: ConfigurationDesk
    clock: HandClock

    def text(self, name: str) -> str:
        return (self.config_dir / f"{name}.yaml").read_bytes().decode()

    def write(self, name: str, text: str) -> None:
        (self.config_dir / f"{name}.yaml").write_bytes(text.encode())

    @property
    def agents(self) -> set[str]:
        return set(self.engine.dispatcher.agents)


def a_config(folder: Path) -> Path:
    """The shipped files, a small tree, and the shipped prompts by a link."""
    shipped, config_dir = PROJECT_DIR / "config", folder / "config"
    (config_dir / "flows").mkdir(parents=True)
    for path in shipped.glob("*.yaml"):
        shutil.copy(path, config_dir / path.name)
    (config_dir / "flows" / "main.yaml").write_text(TREE)
    queues = config_dir / "queues.yaml"
    queues.write_text(queues.read_text().replace("queues:\n", "queues:\n  night: {}\n", 1))
    (config_dir / "prompts").symlink_to(shipped / "prompts")
    return config_dir


def assemble(settings: Settings, ground: Groundwork, opened: Opened, place: Place) -> Running:
    clock, metrics = HandClock(), Metrics()
    prompts = LivePrompts(settings.config_dir, ground.prompts)
    engine = Engine(opened.shelf, ground.centre, prompts.seconds, world=ground.world)
    loop = Loop(engine, clock, lambda commands: None, metrics.engine_errors.inc)
    versions = TreeVersions(place, opened, Parts(loop, clock, metrics, prompts))
    client = Client(HttpTransport("http://127.0.0.1:9", ""))
    database = open_engine(f"sqlite:///{settings.run_dir}/hotline.sqlite3")
    passwords = load_passwords(settings, [*map(str, ground.centre.agents)])
    accounts = Accounts(ground.centre, passwords)
    readers = Readers(
        accounts,
        versions,
        prompts,
        TicketDesk(TicketStore(database), ground.rules, ground.world.calendar, clock),
        ReportDesk("sqlite://", clock.now, frozenset()),
        Delivery(Outbox(database), None, clock, metrics),
        Executor(client, "hotline", loop.post, prompts.sound_uri),
        PhoneLogins(client.asterisk, (), "", clock.now),
    )
    live = LiveConfiguration(settings, ground, loop, client, readers)
    desk = ConfigurationDesk(settings, live, clock)
    return Running(settings.config_dir, settings, engine, accounts, versions, live, desk, clock)


class Over(Exception):
    """Ends the tasks that have no end."""


@pytest_asyncio.fixture
async def at(tmp_path: Path) -> AsyncIterator[Running]:
    config_dir = a_config(tmp_path)
    settings = Settings(
        config_dir=config_dir, run_dir=tmp_path / "var", asterisk="http://127.0.0.1:9"
    )
    ground = load_groundwork(config_dir)
    assert isinstance(ground, Groundwork), ground
    place = Place(Store(tmp_path / "versions"), config_dir, ground)
    opened = open_versions(place, 1000.0)
    assert isinstance(opened, Opened), opened
    running = assemble(settings, ground, opened, place)
    try:
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(running.live._loop.run())
            yield running
            raise Over
    except* Over:
        pass


async def refusal(asked: Awaitable[object]) -> Refusal:
    with pytest.raises(Refusal) as found:
        await asked
    return found.value


async def test_a_new_agent_is_there_with_passwords_and_may_sign_in(at: Running):
    before = at.text("agents")
    changed = await at.desk.put("agents", ("agents", "1009"), LIN, None)
    assert at.text("agents").startswith(before.split('  "2001"')[0]), "the rest is as it was"
    assert (changed.row["changed"], changed.row["problems"]) == (["agents"], [])
    assert "1009" in at.agents
    found = at.accounts.find("1009")
    assert found is not None
    secret = load_passwords(at.settings, []).agents["1009"]
    assert at.accounts.hasher.verify(found.password_hash, secret.api)
    at.engine.handle(AgentSignedIn(AgentId("1009")), 2.0)
    assert at.engine.dispatcher.agents[AgentId("1009")].state == "paused"


async def test_a_removed_agent_is_nobody_at_once(at: Running):
    await at.desk.remove("agents", ("agents", "1009".replace("9", "2")), None)
    assert "1002" not in at.agents
    assert at.accounts.find("1002") is None
    assert '"1002"' not in at.text("agents")


async def test_what_a_text_editor_wrote_comes_into_service_on_demand(at: Running):
    at.write("agents", at.text("agents").replace("name: 王敏", "name: 王小敏"))
    listed = await at.desk.listed()
    assert {one["file"] for one in listed["files"] if not one["is_live"]} == {"agents"}
    assert (await at.desk.reload())["changed"] == ["agents"]
    assert at.engine.dispatcher.centre.agents[AgentId("1001")].name == "王小敏"
    assert all(one["is_live"] for one in (await at.desk.listed())["files"])
    assert (await at.desk.reload())["changed"] == []


async def test_lists_hours_and_numbers_count_at_once(at: Running):
    entry = {"reason": "专线", "until": "2030-01-01"}
    await at.desk.put("lists", ("vip", "057188880001"), entry, None)
    world = at.engine.facts.world
    assert number_key("057188880001") in world.vip
    queues = {"ring_s": 25, "wrap_up_s": 10}
    await at.desk.put("queues", ("queues", "general"), queues, None)
    assert at.engine.dispatcher.centre.queues["general"].ring_s == 25
    assert at.engine.facts.world is not world, "each change brings the whole ground"


@pytest.mark.parametrize(
    ("name", "path", "value", "code"),
    [
        ("agents", ("agents", "1001"), {**LIN, "queues": ["generel"]}, "E302"),
        ("agents", ("agents", "x"), LIN, "E206"),
        ("agents", ("agents", "1001", "rank"), -1, "E204"),
        ("queues", ("queues", "general"), {"ring_s": "long"}, "E203"),
        ("holidays", ("years", "2027"), {"holidays": {"x": {"from": "13-40"}}}, "E2"),
        ("numbers", ("numbers", "110"), {"number": "abc", "label": "x", "kind": "x"}, "E20"),
        ("queues", ("skills", "zh"), "", "E204"),
    ],
)
async def test_what_is_not_fit_is_never_written(at: Running, name: str, path, value, code):
    before, ground = at.text(name), at.live.ground
    problem = await refusal(at.desk.put(name, path, value, None))
    assert (problem.status, problem.code) == (422, "config_not_fit")
    [first, *_] = [one for one in problem.problems if not one.is_warning]
    assert first.code.startswith(code)
    assert (first.file, first.line > 1) == (f"{name}.yaml", True)
    assert (at.text(name), at.live.ground) == (before, ground)


async def test_whoever_saves_second_is_told(at: Running):
    seen = str((await at.desk.show("agents"))["sha256"])
    await at.desk.write("agents", at.text("agents") + "# 甲\n", seen)
    problem = await refusal(at.desk.write("agents", at.text("agents") + "# 乙\n", seen))
    assert (problem.status, problem.code) == (409, "changed_meanwhile")
    assert "乙" not in at.text("agents")


async def test_a_text_is_written_byte_for_byte_and_keeps_its_rights(at: Running):
    path = at.config_dir / "agents.yaml"
    path.chmod(0o640)
    text = "\ufeff" + at.text("agents").replace("\n", "\r\n") + "# 末行，无换行"
    await at.desk.write("agents", text, None)
    assert path.read_bytes() == text.encode()
    assert stat.S_IMODE(path.stat().st_mode) == 0o640
    assert (await at.desk.show("agents"))["text"] == text


async def test_a_file_behind_a_link_is_written_where_it_lies(at: Running, tmp_path: Path):
    path, real = at.config_dir / "agents.yaml", tmp_path / "elsewhere.yaml"
    path.rename(real)
    path.symlink_to(real)
    await at.desk.put("agents", ("agents", "1009"), LIN, None)
    assert path.is_symlink()
    assert '"1009"' in real.read_text()


async def test_nothing_changed_is_said(at: Running):
    assert (await refusal(at.desk.write("agents", at.text("agents"), None))).code == (
        "nothing_changed"
    )


async def test_what_the_trees_in_service_need_stays(at: Running):
    """The folder's tree uses it no more, but callers are still sent there."""
    assert at.versions.shelf.served.number == 1
    (at.config_dir / "flows" / "main.yaml").write_text(TREE.replace("night", "general"))
    problem = await refusal(at.desk.remove("queues", ("queues", "night"), None))
    assert (problem.status, problem.code) == (409, "trees_need_it"), problem.problems
    assert problem.problems[0].code == "E302"
    assert "night:" in at.text("queues")


async def test_a_tree_in_the_folder_that_was_broken_before_stops_nothing(at: Running):
    (at.config_dir / "flows" / "main.yaml").write_text("flow: main\nnodes: {")
    await at.desk.put("agents", ("agents", "1009"), LIN, None)
    assert "1009" in at.agents


async def test_a_broken_other_file_is_named(at: Running):
    at.write("numbers", "numbers: [")
    problem = await refusal(at.desk.put("agents", ("agents", "1009"), LIN, None))
    assert [one.file for one in problem.problems] == ["numbers.yaml"]
    assert (await refusal(at.desk.reload())).code == "config_not_fit"
    assert "1009" not in at.agents


async def test_a_text_is_checked_without_being_saved(at: Running):
    before = at.text("queues")
    bad = await at.desk.check("queues", before.replace("ring_s: 20", "ring_s: -20", 1))
    assert not bad["is_fit"]
    one = bad["problems"][0]  # type: ignore[index]
    assert (one["line"], one["code"]) == (4, "E204")
    broken = await at.desk.check("queues", "queues: [\n")
    assert (broken["is_fit"], broken["data"]) == (False, None)
    assert at.text("queues") == before


async def test_a_missing_file_is_empty_and_made_when_it_is_saved(at: Running):
    (at.config_dir / "lists.yaml").unlink()
    shown = await at.desk.show("lists")
    assert (shown["is_there"], shown["text"], shown["data"]) == (False, "", {})
    entry = {"reason": "专线"}
    await at.desk.put("lists", ("vip", "12345678"), entry, str(shown["sha256"]))
    assert at.text("lists") == 'vip:\n  "12345678": {reason: 专线}\n'


@pytest.mark.parametrize("name", ["../secrets", "hotline", "secrets", "", "prompts/prompts"])
async def test_other_files_cannot_be_reached(at: Running, name: str):
    assert (await refusal(at.desk.show(name))).code == "no_such_file"
    assert (await refusal(at.desk.write(name, "x: 1", None))).code == "no_such_file"
    assert (await refusal(at.desk.check(name, "x: 1"))).code == "no_such_file"


async def test_what_is_no_text_or_too_large_is_not_edited_here(at: Running):
    (at.config_dir / "lists.yaml").write_bytes(b"vip: {}\n# \xff\n")
    assert (await refusal(at.desk.show("lists"))).code == "no_text"
    (at.config_dir / "lists.yaml").write_bytes(b"#" * 300_000)
    assert (await refusal(at.desk.show("lists"))).code == "too_large_to_edit"
    assert (await refusal(at.desk.write("numbers", "#" * 300_000, None))).code == "too_large"


async def test_a_new_password_opens_and_the_old_one_does_not(at: Running):
    old = load_passwords(at.settings, []).agents["1001"]
    made = await at.desk.renew_password("1001", "api")
    found = at.accounts.find("1001")
    assert found is not None
    assert at.accounts.hasher.verify(found.password_hash, str(made["password"]))
    assert made["password"] != old.api
    assert load_passwords(at.settings, []).agents["1001"].sip == old.sip
    assert (await refusal(at.desk.renew_password("9999", "api"))).status == 404


async def test_a_duty_phone_is_not_removed(at: Running):
    at.live._settings = at.settings.model_copy(update={"fallback_agents": ("1001",)})
    problem = await refusal(at.desk.remove("agents", ("agents", "1001"), None))
    assert problem.code == "duty_phone"


async def test_who_works_goes_on_working_when_others_change(at: Running):
    agent = AgentId("1001")
    at.engine.handle(AgentSignedIn(agent), 1.0)
    at.engine.handle(AgentAskedReady(agent), 2.0)
    await at.desk.put("agents", ("agents", "1009"), LIN, None)
    assert at.engine.dispatcher.agents[agent].state == "ready"


async def test_a_disk_that_is_full_leaves_everything_as_it_was(at: Running, monkeypatch):
    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("ari_app.runtime.configuration_desk.write_file", full)
    problem = await refusal(at.desk.put("agents", ("agents", "1009"), LIN, None))
    assert (problem.status, problem.code) == (503, "not_stored")
    assert "1009" not in at.agents
    assert at.accounts.find("1009") is None


async def test_a_removal_that_cannot_be_written_signs_nobody_out(at: Running, monkeypatch):
    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    agent = AgentId("1002")
    at.engine.handle(AgentSignedIn(agent), 1.0)
    at.engine.handle(AgentAskedReady(agent), 2.0)
    monkeypatch.setattr("ari_app.runtime.configuration_desk.write_file", full)
    problem = await refusal(at.desk.remove("agents", ("agents", "1002"), None))
    assert problem.code == "not_stored"
    assert at.engine.dispatcher.agents[agent].state == "ready"
