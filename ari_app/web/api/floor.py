"""The search for calls, and their recordings to play."""

from typing import Final

from aiohttp import web

from ari_app.core.records import Json
from ari_app.tickets.masking import mask_number
from ari_app.web import floor_models as m
from ari_app.web.audit import note
from ari_app.web.auth import Me, may
from ari_app.web.context import CONTEXT, ME, parse_query, render
from ari_app.web.floor import CallQuery, Recorded
from ari_app.web.ports import Row
from ari_app.web.problems import Problem

SEES_NUMBERS: Final = frozenset({"supervisor", "admin", "operator"})
NO_RECORDING = Problem(404, "no_recording", "没有这个通话的录音。")
NOT_YOURS = Problem(403, "not_yours", "只能收听自己的通话录音。")
STILL_RECORDED = Problem(404, "still_recorded", "通话尚未结束，录音还不能播放。")
AGAIN_S: Final = 600.0
"""A playback asks for the file in pieces: so long it is the same playback."""


async def search(request: web.Request) -> web.Response:
    me, asked = request[ME], parse_query(request, m.CallSearched)
    rows = await request.app[CONTEXT].floor.calls.search(_query(asked, me))
    page, more = rows[: asked.limit], rows[asked.limit :]
    last = page[-1] if more else None
    following = f"{last['arrived_at']!r}~{last['call_id']}" if last else None
    return render({"calls": [_shown(row, me) for row in page], "next": following})


async def recording(request: web.Request) -> web.StreamResponse:
    asked = parse_query(request, m.RecordingAsked)
    call, file = await _found(request, asked.file)
    path = request.app[CONTEXT].floor.recordings.path(file)
    if path is None:
        raise NO_RECORDING
    await _note(request, call, file)
    headers = {"Content-Type": "audio/wav", "Content-Disposition": f'inline; filename="{file}"'}
    return web.FileResponse(path, headers=headers)


async def waveform(request: web.Request) -> web.Response:
    asked = parse_query(request, m.WaveformAsked)
    call, file = await _found(request, asked.file)
    recordings = request.app[CONTEXT].floor.recordings
    path = recordings.path(file)
    if path is None:
        raise NO_RECORDING
    shape = await recordings.waveform(path, asked.bars)
    is_talk = file == call.files[0]
    gaps: list[Json] = [dict(gap) for gap in call.gaps] if is_talk else []
    return render({"call": call.call_id, "file": file, **shape, "gaps": gaps})


# --- who may -------------------------------------------------------------------------------------


async def _found(request: web.Request, file: str) -> tuple[Recorded, str]:
    me, call_id = request[ME], request.match_info["call_id"]
    call = await request.app[CONTEXT].floor.calls.recorded(call_id)
    own, secret = call is not None and me.agent in call.agents, call and call.is_confidential
    if not _may_hear(me, own, bool(secret)):
        raise NOT_YOURS  # also of calls that there are not: nobody learns which there are
    if call is None or not call.files or (file and file not in call.files):
        raise NO_RECORDING
    if not call.is_over:
        raise STILL_RECORDED
    return call, file or call.files[0]


async def _note(request: web.Request, call: Recorded, file: str) -> None:
    """One row for each playback, and none for the pieces in which it is fetched."""
    context, me = request.app[CONTEXT], request[ME]
    if not context.playbacks.is_new((me.agent, me.token_hash, file), context.now(), AGAIN_S):
        return
    what = "GET /api/v1/recordings/{call_id}"
    more: dict[str, Json] = {"file": file, "from": request.remote or ""}
    try:
        await note(context, me, what, call.call_id, **more)
    except Problem:
        context.playbacks.forget((me.agent, me.token_hash, file))
        raise


# --- what is asked, what is shown ----------------------------------------------------------------


def _query(asked: m.CallSearched, me: Me) -> CallQuery:
    return CallQuery(
        number=_number(asked.number),
        ticket_id=asked.ticket,
        call_id=asked.call,
        agent=me.agent if me.role == "agent" else asked.agent,
        queue=asked.queue,
        outcome=asked.outcome,
        dialled=asked.dialled,
        language=asked.language,
        since=asked.since,
        until=asked.until,
        after=_place(asked.after),
        limit=asked.limit,
    )


def _number(number: str) -> str:
    if number and len(number) < 4:
        raise Problem(422, "number_too_short", "号码至少输入 4 位。")
    return number


def _place(after: str) -> tuple[float, str] | None:
    at, _, call = after.partition("~")
    try:
        return (float(at), call) if after else None
    except ValueError as error:
        raise Problem(422, detail="after 应是上一页返回的 next。") from error


def _shown(row: Row, me: Me) -> Row:
    own = me.agent in _list(row["agents"])
    is_open = me.role in SEES_NUMBERS or own
    caller = str(row["caller"] or "")
    recordings = row["recordings"] if _may_hear(me, own, bool(row["is_confidential"])) else []
    return {**row, "caller": caller if is_open or not caller else mask_number(caller),
            "recordings": recordings}  # fmt: skip


def _may_hear(me: Me, own: bool, is_confidential: bool) -> bool:
    """A confidential call is heard by whoever served it and by supervisors."""
    return own or (may(me, "recordings") and (not is_confidential or me.role in SEES_NUMBERS))


def _list(value: Json) -> list[Json]:
    return [*value] if isinstance(value, list | tuple) else []
