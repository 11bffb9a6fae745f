"""Judging trees in a process of its own: no live call waits while a big tree is proved.

Decides how long that may take. Must not know what is judged.
"""

import asyncio
import gc
import pickle
import sys
from typing import Final

from ari_app.flows.judging import Case, Judgement

JUDGE_LIMIT_S: Final = 120.0


class JudgingFailed(Exception):
    """The process gave no answer; the trees may be fit or not."""


async def judge_aside(case: Case) -> Judgement:
    try:
        process = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "ari_app.flows.judging",
            stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE,
        )  # fmt: skip
    except OSError as error:  # no memory or no process left
        raise JudgingFailed(f"{error.strerror}") from error
    try:
        async with asyncio.timeout(JUDGE_LIMIT_S):
            answer, _ = await process.communicate(pickle.dumps(case))
    except TimeoutError as error:
        raise JudgingFailed(f"not done within {JUDGE_LIMIT_S:g} s") from error
    except OSError as error:  # it ended before it had read everything
        raise JudgingFailed(f"{error.strerror}") from error
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()
    if process.returncode != 0:
        raise JudgingFailed(f"ended with exit code {process.returncode}")
    return await asyncio.to_thread(_unpacked, answer)


def _unpacked(answer: bytes) -> Judgement:
    """Trees live long and have no circles: looking through them for garbage would stop the loop."""
    gc.disable()
    try:
        judged: Judgement = pickle.loads(answer)
        gc.freeze()
    finally:
        gc.enable()
    return judged
