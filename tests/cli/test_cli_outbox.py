"""``hotline outbox``: against the real API with its service played."""

import asyncio
import base64
import json
import subprocess
from pathlib import Path

import pytest

from ari_app.delivery.signature import key_of
from tests.cli.conftest import Run
from tests.ports import free_tcp_port
from tests.web.conftest import Api, api, board_quiet_s, hello_s, more_settings  # noqa: F401
from tests.web.fakes import OPERATOR

pytestmark = pytest.mark.asyncio

SECRET = "whsec_" + base64.b64encode(bytes(range(32))).decode()


class Commands:
    """``await commands("show")`` is ``hotline outbox show`` on the machine of the service."""

    def __init__(self, hotline: Run, port: int, run_dir: Path) -> None:
        self._hotline, self._port = hotline, str(port)
        run_dir.mkdir(exist_ok=True)
        secrets = {"ari": "x", "operator": OPERATOR, "webhook": SECRET, "agents": {}}
        (run_dir / "secrets.yaml").write_text(json.dumps(secrets))

    async def __call__(self, *words: str) -> subprocess.CompletedProcess[str]:
        return await asyncio.to_thread(
            self._hotline, "outbox", *words, HOTLINE_WEB_PORT=self._port, TZ="Asia/Shanghai"
        )


@pytest.fixture
def outbox(hotline: Run, api: Api, tmp_path: Path) -> Commands:  # noqa: F811
    assert api.client.port is not None
    return Commands(hotline, api.client.port, tmp_path / "run")


async def test_show_says_how_many_wait_since_when_and_what_was_refused(outbox: Commands):
    done = await outbox("show")
    assert (done.returncode, done.stderr) == (0, "")
    assert "2 waiting, the oldest since 01-01 08:00:01; 1 given up." in done.stdout
    [row] = [line for line in done.stdout.splitlines() if "ticket.created" in line]
    cells = [cell.strip() for cell in row.split("│")]
    assert [cells[1], cells[2], cells[6]] == ["7", "t-1", "HTTP 422: no such category"]
    found = json.loads((await outbox("show", "--json")).stdout)
    assert (found["pending"], found["dead_events"][0]["number"]) == (2, 7)


async def test_retry_takes_one_number_or_all(outbox: Commands, api: Api):  # noqa: F811
    for words in (("7",), ("--all",)):
        done = await outbox("retry", *words)
        assert (done.returncode, done.stdout.splitlines()[0]) == (
            0,
            "1 will be sent again at once.",
        )
    assert api.deliveries.retried == [7, None]
    for words in ((), ("7", "--all")):
        assert (await outbox("retry", *words)).returncode == 2
    assert api.deliveries.retried == [7, None]


async def test_retry_says_which_ones_a_later_event_has_made_needless(outbox: Commands):
    done = await outbox("retry", "6")
    assert done.returncode == 0
    first, second = done.stdout.splitlines()
    assert first == "0 will be sent again at once."
    assert second.startswith("1 not, and put away: a later event of the same ticket")


async def test_an_event_that_was_not_given_up_is_said_and_ends_with_1(outbox: Commands):
    done = await outbox("retry", "8")
    assert done.returncode == 1
    assert "8" in done.stdout + done.stderr


async def test_without_a_service_the_command_says_so_and_ends_with_1(hotline: Run, tmp_path: Path):
    done = await Commands(hotline, free_tcp_port(), tmp_path / "run")("show")
    assert done.returncode == 1
    assert "No service answers" in done.stdout + done.stderr


async def test_secret_is_what_receivers_check_with_and_needs_no_service(
    hotline: Run, tmp_path: Path
):
    done = await Commands(hotline, free_tcp_port(), tmp_path / "run")("secret")
    assert (done.returncode, done.stdout) == (0, SECRET + "\n")
    assert key_of(done.stdout.strip()) == bytes(range(32))
