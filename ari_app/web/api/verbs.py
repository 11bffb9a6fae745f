"""What an agent does with the own live call, beyond answering it and hanging up."""

from aiohttp import web
from aiohttp.typedefs import Handler

from ari_app.core import verbs
from ari_app.core.desk_events import TalkAsked
from ari_app.core.values import CallId
from ari_app.web.context import ME, ask, own_state, parse, render
from ari_app.web.verb_models import (
    PLAIN,
    ConfidentialMark,
    Keys,
    PlainName,
    Target,
    ThirdParty,
    UrgencyMark,
)


def plain(name: PlainName) -> Handler:
    """The handler of a verb that needs no body."""

    async def handler(request: web.Request) -> web.Response:
        return await _done(request, PLAIN[name])

    return handler


async def send_keys(request: web.Request) -> web.Response:
    return await _done(request, verbs.SendKeys((await parse(request, Keys)).digits))


async def consult(request: web.Request) -> web.Response:
    return await _done(request, verbs.Consult((await parse(request, Target)).to.target()))


async def transfer(request: web.Request) -> web.Response:
    return await _done(request, verbs.BlindTransfer((await parse(request, Target)).to.target()))


async def three_way(request: web.Request) -> web.Response:
    body = await parse(request, ThirdParty)
    return await _done(request, verbs.ThreeWay(body.to.target() if body.to else None))


async def mark_urgent(request: web.Request) -> web.Response:
    return await _done(request, verbs.MarkUrgent((await parse(request, UrgencyMark)).level))


async def mark_confidential(request: web.Request) -> web.Response:
    body = await parse(request, ConfidentialMark)
    return await _done(request, verbs.MarkConfidential(body.on))


async def _done(request: web.Request, verb: verbs.Verb) -> web.Response:
    call = CallId(request.match_info["call_id"])
    await ask(request, TalkAsked(request[ME].agent, call, verb))
    return render(own_state(request))
