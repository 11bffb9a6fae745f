"""Citizens at a rate: nine of ten dialled by SIPp, every tenth by a measured citizen of ours.

It decides how the load is spread over time and when it counts as over. It must not know which
system answers nor what the agents do.
"""

import asyncio
import csv
import tempfile
from dataclasses import dataclass
from pathlib import Path

from bench.citizen import Citizen, CitizenLog

CITIZEN_HOST = "127.0.0.2"
_SCENARIO = Path(__file__).parent / "scenarios" / "citizen.xml"
_MEASURED_SHARE = 10
# Far longer than any call of the bench: whoever is still there is stuck.
_PATIENCE_S = 60.0
_CALLER_COUNT = 2000


@dataclass(frozen=True, slots=True)
class Load:
    offered: int
    refused: int
    citizens: tuple[CitizenLog, ...]


class LoadFailed(Exception):
    """SIPp could not be run; the text holds what it said."""


async def dial(
    asterisk: tuple[str, int],
    number: str,
    rate: float,
    seconds: float,
    kind: type[Citizen] = Citizen,
) -> Load:
    """Returns when every call is over."""
    offered = max(2, round(rate * seconds))
    measured = max(1, offered // _MEASURED_SHARE)
    with tempfile.TemporaryDirectory() as folder:
        refused, citizens = await asyncio.gather(
            _sipp(Path(folder), asterisk, number, (offered - measured, seconds)),
            _measured(asterisk, number, (measured, seconds / measured), kind),
        )
    refused += sum(1 for one in citizens if one.refused)
    return Load(offered, refused, tuple(citizens))


async def _measured(
    asterisk: tuple[str, int], number: str, count_at: tuple[int, float], kind: type[Citizen]
) -> list[CitizenLog]:
    count, gap_s = count_at

    async def one(index: int) -> CitizenLog:
        await asyncio.sleep(gap_s * (index + 0.5))
        citizen = kind(CITIZEN_HOST, asterisk, number, f"1390{index:07d}")
        citizen.dial()
        return await citizen.stay(_PATIENCE_S)

    return list(await asyncio.gather(*(one(index) for index in range(count))))


async def _sipp(
    folder: Path, asterisk: tuple[str, int], number: str, calls_in: tuple[int, float]
) -> int:
    """How many of SIPp's calls failed."""
    calls, seconds = calls_in
    callers = folder / "callers.csv"
    lines = (f"1380{index:07d};" for index in range(_CALLER_COUNT))
    callers.write_text("\n".join(["SEQUENTIAL", *lines, ""]))
    process = await asyncio.create_subprocess_exec(
        "sipp", f"{asterisk[0]}:{asterisk[1]}", "-sf", str(_SCENARIO), "-inf", str(callers),
        "-s", number, "-i", CITIZEN_HOST, "-mi", CITIZEN_HOST, "-m", str(calls),
        "-r", str(calls), "-rp", str(round(seconds * 1000)), "-l", str(calls),
        "-recv_timeout", str(round(_PATIENCE_S * 1000)), "-nostdin", "-buff_size", str(4 << 20),
        "-trace_stat", "-stf", "stat.csv", "-fd", "1", "-trace_err", "-error_file", "errors.log",
        cwd=folder, stdin=asyncio.subprocess.DEVNULL, stdout=asyncio.subprocess.DEVNULL,
        stderr=asyncio.subprocess.PIPE,
    )  # fmt: skip
    try:
        _, said = await process.communicate()
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()
    return calls - _successes(folder / "stat.csv", said.decode(errors="replace"))


def _successes(statistics: Path, said: str) -> int:
    if not statistics.exists():
        raise LoadFailed(f"SIPp wrote no figures. It said:\n{said}")
    with statistics.open(newline="") as file:
        rows = list(csv.DictReader(file, delimiter=";"))
    return int(rows[-1]["SuccessfulCall(C)"])


async def keep_waiting(
    asterisk: tuple[str, int], number: str, waiting: int, calls: int
) -> list[CitizenLog]:
    """`calls` calls in all, so many at once that `waiting` wait while one talks."""
    left = iter(range(calls))
    logs: list[CitizenLog] = []

    async def seat() -> None:
        for index in left:
            citizen = Citizen(CITIZEN_HOST, asterisk, number, f"1370{index:07d}")
            citizen.dial()
            logs.append(await citizen.stay(_PATIENCE_S * 2))

    await asyncio.gather(*(seat() for _ in range(waiting + 1)))
    return logs
