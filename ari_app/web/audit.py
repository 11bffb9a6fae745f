"""Which requests leave a row in the audit, and what the row says.

Whatever a supervisor, an admin or a command on this machine changes, and whatever was tried on
their endpoints. Decides what is left out of a row: passwords and tokens. Knows no database.
"""

import json
import secrets
from collections.abc import Awaitable, Callable

from aiohttp import web
from pydantic import ValidationError

from ari_app.core.records import Audited, Json
from ari_app.web.auth import Me
from ari_app.web.context import CONTEXT, Context
from ari_app.web.problems import AWAY, Problem
from ari_app.web.route import Route

HIDDEN = frozenset({"password", "token", "secret"})
LONGEST_TEXT = 500
"""Letters of one value that are kept."""


def is_audited(route: Route, me: Me) -> bool:
    """What other channels bring is no change of a supervisor's, and full of what must be forgotten
    some day; each ticket keeps its own history."""
    everyday = ("person", "agent", "phone", "staff", "intake")
    is_supervisors = route.role not in everyday or me.role not in everyday
    is_act = route.method != "GET" and route.is_audited
    return is_act and is_supervisors


async def audited(
    request: web.Request, route: Route, me: Me, serve: Callable[[], Awaitable[web.StreamResponse]]
) -> web.StreamResponse:
    """Serve, and answer only once the row is written, whatever became of the request."""
    result = "500"
    try:
        response = await serve()
        result = str(response.status)
    except Exception as error:
        result = _named(error)
        raise
    finally:
        await _note(request, route, me, result)
    return response


async def note(context: Context, me: Me, what: str, subject: str, **more: Json) -> None:
    """Write one row: ``more`` may hold its ``result``; the rest of it is the row's data."""
    result = str(more.pop("result", "200"))
    key, at = secrets.token_hex(16), context.now()
    row = Audited(key, at, me.agent, me.role, what, subject, result, more)
    try:
        await context.audits.write_audit(row)
    except OSError as error:  # neither the database nor the disk took it
        said = "操作的审计记录无法写入数据库或磁盘。请立即通知管理员。"
        raise Problem(503, "audit_not_written", said) from error


async def _note(request: web.Request, route: Route, me: Me, result: str) -> None:
    subject = " ".join(request.match_info.values())
    said: dict[str, Json] = {"from": request.remote or "", "result": result}
    if request.query_string:
        said["query"] = request.query_string[:LONGEST_TEXT]
    if not route.is_large and (request.can_read_body or request.body_exists):
        said["body"] = _body(await request.read())
    await note(request.app[CONTEXT], me, route.name, subject, **said)


def _body(raw: bytes) -> Json:
    try:
        return _shown(json.loads(raw)) if raw else None
    except (ValueError, RecursionError):
        return f"{len(raw)} bytes that are not JSON"


def _shown(value: Json) -> Json:
    match value:
        case dict():
            return {k: "***" if k in HIDDEN else _shown(v) for k, v in value.items()}
        case list():
            return [_shown(each) for each in value]
        case str():
            return value[:LONGEST_TEXT]
        case float() if value != value or value in (float("inf"), float("-inf")):
            return str(value)  # JSON has no word for it
    return value


def _named(error: Exception) -> str:
    match error:
        case Problem():
            return f"{error.status} {error.code}"
        case ValidationError():
            return "422 not_valid"
        case web.HTTPException():
            return str(error.status)
    return "503" if isinstance(error, AWAY) else "500"
