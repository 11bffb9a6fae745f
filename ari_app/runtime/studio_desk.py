"""The studio for the API: files by threads, checks by a worker, comparisons by a process each.

Decides how long an answer may take, how many may wait and when a worker that nobody asks ends.
Knows no finding and no file's contents.
"""

import asyncio
import json
import sys
from collections.abc import AsyncGenerator, Callable, Mapping
from dataclasses import asdict, dataclass
from datetime import date, datetime, timedelta
from typing import Any, Final, TypeVar

import structlog

from ari_app.core.records import Json
from ari_app.reports.period import day as day_period
from ari_app.runtime.compare_process import CompareAsked
from ari_app.settings import Settings
from ari_app.studio.files import FlowFiles, Folder, Refused
from ari_app.web.ports import Row, Unavailable
from ari_app.web.problems import Problem
from ivr.calendar import SHANGHAI

_log = structlog.get_logger()

T = TypeVar("T")

ANSWER_S: Final = 30.0
IDLE_S: Final = 300.0
MOST_WAITING: Final = 12
COMPARE_S: Final = 300.0
LONGEST_LINE: Final = 64 * 1024 * 1024

_REFUSALS: Final[Mapping[str, tuple[int, str]]] = {
    "bad_name": (422, "文件名须以 .yaml 结尾，不能含 / \\ : * ? \" < > | ，也不能以 . 或 - 开头。"),
    "no_such_file": (404, "没有这个文件，可能刚被改名或删除。"),
    "changed_meanwhile": (412, "文件在您打开之后被修改过，请先比较再保存。"),
    "is_there_already": (412, "已有同名文件。"),
    "too_large": (422, "文件超过 256 KB。"),
    "too_many_files": (409, "文件夹里文件太多，最多 200 个。"),
    "no_text": (409, "文件不是 UTF-8 文本，请用文本编辑器另存为 UTF-8。"),
    "no_plain_file": (409, "这是一个链接，不是普通文件，请在服务器上修改。"),
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Place:
    """Where the studio works, and who knows the version in service and the time."""

    settings: Settings
    served: Callable[[], int]
    now: Callable[[], float]


class StudioDesk:
    """Implements ``web.ports.Studio``."""

    def __init__(self, place: Place) -> None:
        self._place = place
        self._files = FlowFiles(place.settings.config_dir)
        self._writing, self._comparing = asyncio.Lock(), asyncio.Lock()
        self._worker = _Worker([str(place.settings.config_dir)])

    # --- files -------------------------------------------------------------------------------

    async def files(self) -> list[Row]:
        return [asdict(one) for one in await asyncio.to_thread(self._files.listed)]

    async def read(self, folder: Folder, name: str) -> tuple[str, str]:
        return await self._did(lambda: self._files.read(folder, name))

    async def write(self, folder: Folder, name: str, text: str, seen: str | None) -> str:
        return await self._did(lambda: self._files.write(folder, name, text, seen))

    async def rename(self, folder: Folder, name: str, to: str, seen: str) -> str:
        return await self._did(lambda: self._files.rename(folder, name, to, seen))

    async def delete(self, folder: Folder, name: str, seen: str) -> None:
        await self._did(lambda: self._files.delete(folder, name, seen))

    async def _did(self, work: Callable[[], T]) -> T:
        """One after another, so that of two who save at once the second is told."""
        async with self._writing:
            try:
                return await asyncio.to_thread(work)
            except Refused as refused:
                status, said = _REFUSALS[refused.fault]
                headers = {"ETag": f'"{refused.sha256}"'} if refused.sha256 else {}
                raise Problem(status, refused.fault, said, headers=headers) from None
            except OSError as error:
                said = f"文件无法写入或读取：{error.strerror}。"
                raise Problem(503, "not_stored", said) from error

    # --- trying out --------------------------------------------------------------------------

    async def names(self) -> Row:
        return await self._worker.ask({"what": "names"})

    async def check(self, changed: Mapping[str, str | None], profile: str) -> Row:
        return await self._worker.ask({"what": "check", "changed": changed, "profile": profile})

    async def draw(self, changed: Mapping[str, str | None], profile: str, file: str) -> Row:
        asked = {"what": "draw", "changed": changed, "profile": profile, "file": file}
        return await self._worker.ask(asked)

    async def play(self, script: Mapping[str, object]) -> Row:
        found = await self._worker.ask({"what": "play", **script})
        if "no_such_tree" in found:
            raise Problem(404, "no_such_tree", f"没有名为 {found['no_such_tree']} 的流程。")
        return {"problems": [], "entries": [], "now": None, **found}

    async def compare(
        self, changed: Mapping[str, str | None], day: date | None
    ) -> AsyncGenerator[Row, None]:
        """How far it is, and in the end what was found. Whoever stops reading ends it."""
        if self._comparing.locked():
            raise Problem(409, "comparison_running", "另一次比较正在进行，请稍后再试。")
        since, until = self._span(day)
        settings = self._place.settings
        asked = CompareAsked(
            settings.database_url, str(settings.config_dir), str(settings.flows_dir),
            self._place.served(), dict(changed), since, until,
        )  # fmt: skip
        async with self._comparing:
            async for row in _lines(asked):
                if row["kind"] == "away":
                    raise Unavailable(str(row["detail"]))
                yield row

    def _span(self, day: date | None) -> tuple[float, float]:
        """The hotline's day, wherever the machine stands; yesterday if none is named."""
        today = datetime.fromtimestamp(self._place.now(), SHANGHAI).date()
        chosen = day_period((day or today - timedelta(days=1)).isoformat())
        return chosen.since, chosen.until

    async def close(self) -> None:
        await self._worker.end()


class _Worker:
    """The process that checks, begun when first asked and again when it was lost."""

    def __init__(self, arguments: list[str]) -> None:
        self._arguments = arguments
        self._process: asyncio.subprocess.Process | None = None
        self._lock, self._waiting = asyncio.Lock(), 0
        self._idle: asyncio.TimerHandle | None = None

    async def ask(self, asked: Mapping[str, object]) -> Row:
        if self._waiting >= MOST_WAITING:
            raise Problem(503, "studio_busy", "检查请求太多，请稍后再试。")
        self._waiting += 1
        try:
            async with self._lock:
                return await self._asked(asked)
        finally:
            self._waiting -= 1

    async def _asked(self, asked: Mapping[str, object]) -> Row:
        self._stay_awake()
        process = await self._running()
        answer: bytes = b""
        try:
            async with asyncio.timeout(ANSWER_S):
                answer = await _exchange(process, json.dumps(asked).encode() + b"\n")
        except TimeoutError as error:
            said = f"检查未能在 {ANSWER_S:g} 秒内完成，流程可能过大。"
            raise Problem(503, "check_too_long", said) from error
        except (OSError, ValueError) as error:
            _log.warning("studio.worker_lost", error=repr(error))
        finally:
            if not answer.endswith(b"\n"):  # too slow, lost, or whoever asked is gone
                await self.end()
        if not answer.endswith(b"\n"):
            raise Problem(503, "check_failed", "检查进程意外结束，请稍后重试；已记录。")
        found: Row = await asyncio.to_thread(json.loads, answer)
        return found

    async def _running(self) -> asyncio.subprocess.Process:
        if self._process is None or self._process.returncode is not None:
            self._process = await _begun("ari_app.studio.worker", *self._arguments)
        return self._process

    def _stay_awake(self) -> None:
        if self._idle is not None:
            self._idle.cancel()
        self._idle = asyncio.get_running_loop().call_later(IDLE_S, self._sleep)

    def _sleep(self) -> None:
        """Its input ends, so it does."""
        if self._process is not None and not self._lock.locked() and self._process.stdin:
            self._process.stdin.close()
            self._process = None

    async def end(self) -> None:
        if self._idle is not None:
            self._idle.cancel()
        process, self._process = self._process, None
        await _ended(process)


async def _exchange(process: asyncio.subprocess.Process, line: bytes) -> bytes:
    assert process.stdin is not None
    process.stdin.write(line)
    await process.stdin.drain()
    return await _next(process)


async def _lines(asked: CompareAsked) -> AsyncGenerator[dict[str, Any], None]:
    process = await _begun("ari_app.runtime.compare_process")
    clock = asyncio.get_running_loop().time
    ends_at = clock() + COMPARE_S
    try:
        line = await asyncio.wait_for(_exchange(process, _line(asked)), COMPARE_S)
        while line:
            row: dict[str, Json] = json.loads(line)
            yield row
            line = await asyncio.wait_for(_next(process), max(0.0, ends_at - clock()))
        if await process.wait() != 0:
            raise Problem(500, "compare_failed", "比较失败；已记录，请联系管理员。")
    except TimeoutError as error:
        said = f"比较未能在 {COMPARE_S:g} 秒内完成，请用 hotline ivr diff。"
        raise Problem(503, "compare_too_long", said) from error
    finally:
        await _ended(process)


def _line(asked: CompareAsked) -> bytes:
    return asked.as_json().encode() + b"\n"


async def _next(process: asyncio.subprocess.Process) -> bytes:
    assert process.stdout is not None
    return await process.stdout.readline()


async def _begun(module: str, *arguments: str) -> asyncio.subprocess.Process:
    return await asyncio.create_subprocess_exec(
        sys.executable, "-m", module, *arguments, limit=LONGEST_LINE,
        stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE,
    )  # fmt: skip


async def _ended(process: asyncio.subprocess.Process | None) -> None:
    if process is not None and process.returncode is None:
        process.kill()
        await process.wait()
