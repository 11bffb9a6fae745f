"""The race of a caller's BYE with an agent's 200, a few milliseconds apart on the real Asterisk.

    python -m tests.asterisk.race [--step-ms 5] [--rounds 3]

Plays one race and says what came of it; the sweep goes from -50 to +50 ms (negative: the agent
answers first) and prints every race. A sample of it is in test_race.py.
"""

import argparse
import asyncio
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path
from statistics import median

from ari_app.softphone.phone import Mode, Phone
from tests.asterisk.hall import Desk, Hall, open_hall

SPAN_MS = 50
SILENT_AFTER_S = 0.5
"""Required of the product: so soon after the caller left, no agent's phone rings or listens."""
OUTCOMES = ("abandoned_ringing", "answered")


@dataclass(frozen=True, slots=True)
class Race:
    """``wanted_ms``: how much later than the caller's BYE the agent answers; ``how`` the call left
    the agent's phone; ``rang_on_s``: from the BYE until that phone was free of the call."""

    wanted_ms: int
    outcome: str
    how: str
    rang_on_s: float


async def run_race(hall: Hall, phone: Phone, desk: Desk, wanted_ms: int, number: str) -> Race:
    """One caller, one agent. Everything that must hold in any case is asserted here."""
    desk.messages.clear()
    rung = len(phone.calls)
    async with hall.calling(number, "0") as citizen:
        call = await phone.wait_ringing(count=rung + 1)
        loop, start = asyncio.get_running_loop(), asyncio.get_running_loop().time() + 0.1
        loop.call_at(start, citizen.sipp.tell, "HANGUP", citizen.call_id)
        loop.call_at(start + wanted_ms / 1000, phone.sipp.tell, "ANSWER", call.call_id)
        await citizen.wait_ended()
        left_at = (await citizen.wait("hung_up", "released", within_s=30.0)).at
        await phone.wait("ended", within_s=30.0, call=call)
    over = [name for name in ("cancelled", "released", "refused") if name in call.times]
    outcome = str((await hall.ticket(number))["outcome"])
    assert outcome in OUTCOMES, f"{wanted_ms} ms: {outcome}"
    assert over, f"{wanted_ms} ms: nobody took the call from the phone: {call.times}"
    await desk.wait_state("ready", within_s=30.0)
    assert len(phone.calls) == rung + 1, f"{wanted_ms} ms: rung again for a caller who left"
    # What SIPp may complain of is our ANSWER for a call the phone is rid of: the race, lost.
    assert phone.most_at_once == 1, f"{wanted_ms} ms: two calls at once on the phone"
    how = "answered" if "answered" in call.times else over[0]
    return Race(wanted_ms, outcome, how, call.times[over[0]] - left_at)


async def sweep(step_ms: int, rounds: int) -> list[Race]:
    races: list[Race] = []
    with tempfile.TemporaryDirectory() as folder:
        async with open_hall(Path(folder)) as hall, hall.phone("1001", Mode.WAIT) as phone:
            desk = await hall.desk("1001")
            offsets = [*range(-SPAN_MS, SPAN_MS + 1, step_ms)] * rounds
            for index, wanted_ms in enumerate(offsets):
                races.append(await run_race(hall, phone, desk, wanted_ms, f"1390000{index:04}"))
                print(_line(races[-1]), flush=True)
            await hall.settled()
    return races


def _line(race: Race) -> str:
    return (
        f"{race.wanted_ms:+4d} ms  {race.outcome:18} {race.how:10} {1000 * race.rang_on_s:5.0f} ms"
    )


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--step-ms", type=int, default=5)
    parser.add_argument("--rounds", type=int, default=1)
    options = parser.parse_args()
    races = asyncio.run(sweep(options.step_ms, options.rounds))
    times = sorted(race.rang_on_s for race in races)
    late = [race for race in races if race.rang_on_s >= SILENT_AFTER_S]
    print(
        f"{len(races)} races: the phone was free after {1000 * median(times):.0f} ms (median), "
        f"{1000 * times[-1]:.0f} ms at most; {len(late)} later than {1000 * SILENT_AFTER_S:.0f} ms"
    )
    return 1 if late else 0


if __name__ == "__main__":
    sys.exit(main())
