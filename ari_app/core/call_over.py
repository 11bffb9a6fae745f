"""What is told of a call when it has ended, to whoever decides whether somebody is called back.

Decides nothing; a call in, plain data out.
"""

from ari_app.core.call import LEFT_IN, Call, Outcome, Phase
from ari_app.core.legs import Out
from ari_app.core.records import ticket_of
from ari_app.core.seam import CallOver, PlacedTalks
from ari_app.core.talk import Standing
from ari_app.core.values import is_placed

WAITS_FOR_AGENT = frozenset({Phase.QUEUED, Phase.OFFERED, Phase.CONNECTING})


def over(call: Call, queue: str, outcome: Outcome, at: float) -> CallOver:
    """What the dial list wants to know of a call that has ended; ``queue`` is empty where there is
    none any more in which it could wait."""
    placed = call.placed
    if call.standing is not Standing.BY_TREE and call.phase in WAITS_FOR_AGENT:
        outcome = LEFT_IN[call.phase]  # back in the line after a talk, in vain
    if call.promise is not None:
        outcome = Outcome.CALLBACK_PROMISED  # a talk or a message before it takes nothing back
    return CallOver(
        call.call_id,
        call.caller.number,
        call.caller.name,
        call.dialled,
        call.flow.language,
        at,
        outcome.value,
        placed.ticket_id if placed else ticket_of(call.call_id),
        queue,
        call.needs,
        call.priority,
        call.promise,
        is_placed(call.call_id),
        placed.result if placed else "",
        tuple(node for node, _ in call.flow.path),
        call.flow.fields,
    )


def placed_talks(call: Call) -> Out:
    return [] if call.placed is None else [PlacedTalks(call.call_id)]
