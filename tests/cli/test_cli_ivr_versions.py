"""The commands that ask a running service: against the real API with its service played."""

import asyncio
import json
import subprocess
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from ari_app.cli import app
from ari_app.core.rollout import Bounds
from ari_app.web import Order
from ari_app.web.problems import Problem
from ivr.problems import Problem as Finding
from tests.cli.conftest import Run
from tests.web.conftest import Api, api, board_quiet_s, hello_s, more_settings  # noqa: F401
from tests.web.fakes import OPERATOR

pytestmark = pytest.mark.asyncio


class Commands:
    """``await commands("status")`` is ``hotline ivr status`` on the machine of the service."""

    def __init__(self, hotline: Run, api: Api, run_dir: Path) -> None:  # noqa: F811
        self._hotline, self._port = hotline, str(api.client.port)
        run_dir.mkdir()
        secrets = {"ari": "x", "operator": OPERATOR, "agents": {}}
        (run_dir / "secrets.yaml").write_text(json.dumps(secrets))

    async def __call__(self, *words: str) -> subprocess.CompletedProcess[str]:
        return await asyncio.to_thread(
            self._hotline, "ivr", *words, HOTLINE_WEB_PORT=self._port, USER="lin", LOGNAME="lin"
        )


@pytest.fixture
def ivr(hotline: Run, api: Api, tmp_path: Path) -> Commands:  # noqa: F811
    return Commands(hotline, api, tmp_path / "run")


async def test_apply_sends_the_message_the_author_and_the_terms_of_a_trial(
    ivr: Commands,
    api: Api,  # noqa: F811
):
    for more in ((), ("--percent", "5", "--dialled", "12333", "--max-errors", "0.1", "--force")):
        done = await ivr("apply", "-m", "新菜单", *more)
        assert (done.returncode, done.stdout) == (0, "Version 2-6739291c is in service.\n")
    trial = Order("新菜单", 5.0, frozenset({"12333"}), Bounds(0.3, 0.1, 20), True)
    assert api.trees.asked == [("apply", Order("新菜单"), "lin"), ("apply", trial, "lin")]


async def test_a_refusal_shows_each_finding_with_its_place_and_ends_with_1(
    ivr: Commands,
    api: Api,  # noqa: F811
):
    finding = Finding("config/flows/main.yaml", 9, 8, "E301", "there is no node 'x'.", "Known: y.")
    api.trees.refuse = Problem(422, "trees_not_fit", "流程有错误。", problems=[finding])
    done = await ivr("apply", "-m", "x")
    assert done.returncode == 1
    assert done.stderr == (
        "config/flows/main.yaml:9:8: E301 there is no node 'x'. Known: y.\n"
        "流程有错误。 (trees_not_fit)\n"
    )
    as_json = await ivr("apply", "-m", "x", "--json")
    body = json.loads(as_json.stdout)
    assert (as_json.returncode, body["code"], body["problems"][0]["line"]) == (
        1, "trees_not_fit", 9,
    )  # fmt: skip


async def test_promote_rollback_history_and_status(ivr: Commands, api: Api):  # noqa: F811
    for words in (("promote",), ("rollback",), ("rollback", "--to", "3")):
        assert (await ivr(*words)).returncode == 0
    assert api.trees.asked == [
        ("promote", "lin"),
        ("rollback", "lin", None),
        ("rollback", "lin", 3),
    ]
    shown = (await ivr("history")).stdout
    assert "2-6739291c" in shown
    assert "新菜单" in shown
    status = (await ivr("status")).stdout
    assert "in service  2-6739291c" in status
    assert "differs from the version in service" in status
    body: dict[str, Any] = json.loads((await ivr("status", "--json")).stdout)
    assert body["folder"] == "differs"


async def test_the_emergency_is_switched_by_a_duration_or_an_instant(
    ivr: Commands,
    api: Api,  # noqa: F811
):
    assert "No emergency" in (await ivr("emergency", "status")).stdout
    done = await ivr("emergency", "on", "typhoon", "--for", "12h")
    assert "'typhoon' is said before everything else until" in done.stdout
    (kind, prompt, until, by) = api.trees.asked[0]
    assert (kind, prompt, by) == ("switch_on", "typhoon", "lin")
    assert isinstance(until, float)
    done = await ivr("emergency", "on", "typhoon", "--until", "2036-11-24 08:00", "--json")
    assert json.loads(done.stdout)["until"] > until
    assert "No emergency" in (await ivr("emergency", "off")).stdout


@pytest.mark.parametrize(
    "words",
    [
        ("apply",), ("apply", "-m", "x", "--percent", "101"), ("rollback", "--to", "0"),
        ("emergency", "on", "typhoon"), ("emergency", "on", "typhoon", "--for", "soon"),
        ("emergency", "on", "typhoon", "--for", "1h", "--until", "2036-11-24 08:00"),
    ],
)  # fmt: skip
async def test_wrong_usage_ends_with_2_before_anybody_is_asked(words: tuple[str, ...]):
    done = CliRunner().invoke(app, ["ivr", *words])
    assert done.exit_code == 2, done.output


async def test_without_a_service_it_says_what_to_do(hotline: Run):
    done = await asyncio.to_thread(hotline, "ivr", "status", HOTLINE_WEB_PORT="9")
    assert done.returncode == 1
    assert "No service answers at http://127.0.0.1:9 " in done.stderr
    assert "hotline up" in done.stderr
    as_json = await asyncio.to_thread(hotline, "ivr", "status", "--json", HOTLINE_WEB_PORT="9")
    assert json.loads(as_json.stdout)["code"] == "no_service"


async def test_a_service_that_ends_before_it_answers_may_have_done_it(hotline: Run):
    async def hang_up(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read(1)
        writer.close()

    async with await asyncio.start_server(hang_up, "127.0.0.1", 0) as server:
        port = str(server.sockets[0].getsockname()[1])
        done = await asyncio.to_thread(hotline, "ivr", "promote", "--json", HOTLINE_WEB_PORT=port)
    assert (done.returncode, json.loads(done.stdout)["code"]) == (1, "no_answer")
    assert "whether it was done is not known" in done.stderr
