"""The configuration's files: read, checked, saved whole or by the entry, put into service."""

import difflib
import re

from aiohttp import web

from ari_app.core.records import Json
from ari_app.core.values import AgentId
from ari_app.web.audit import note
from ari_app.web.context import CONTEXT, ME, Context, parse, render
from ari_app.web.desks import SIGNED_OUT
from ari_app.web.large_body import read_large
from ari_app.web.ports import Changed, Configurations
from ari_app.web.problems import Problem
from ari_app.web.settings_models import ConfigEntry, ConfigText, PasswordWanted

LARGEST_TEXT = 2 * 1024 * 1024
"""256 KB of YAML as JSON, with every letter escaped."""
KEPT_OF_DIFF = 8_000
_NEW_PASSWORD = "密码已更换，请重新登录。"

_SHA256 = re.compile(r"[0-9a-f]{64}")


def _files(request: web.Request) -> Configurations:
    return request.app[CONTEXT].editing.configurations


async def listed(request: web.Request) -> web.Response:
    return render(await _files(request).listed())


async def show(request: web.Request) -> web.Response:
    found = await _files(request).show(request.match_info["file"])
    answer = render(found)
    answer.headers["ETag"] = f'"{found["sha256"]}"'
    return answer


async def check(request: web.Request) -> web.Response:
    text = await _text(request)
    return render(await _files(request).check(request.match_info["file"], text))


async def write(request: web.Request) -> web.Response:
    text, seen = await _text(request), _seen(request)
    name = request.match_info["file"]
    return await _saved(request, await _files(request).write(name, text, seen))


async def put(request: web.Request) -> web.Response:
    body, seen = await parse(request, ConfigEntry), _seen(request)
    name, path = _place(request)
    return await _saved(request, await _files(request).put(name, path, body.value, seen))


async def remove(request: web.Request) -> web.Response:
    name, path = _place(request)
    return await _saved(request, await _files(request).remove(name, path, _seen(request)))


async def reload(request: web.Request) -> web.Response:
    return render(await _files(request).reload())


async def renew_password(request: web.Request) -> web.Response:
    body = await parse(request, PasswordWanted)
    agent = AgentId(request.match_info["agent_id"])
    made = await _files(request).renew_password(agent, body.which)
    if body.which == "api":
        await _sign_out(request.app[CONTEXT], agent)
    return render(made)


async def _sign_out(context: Context, agent: AgentId) -> None:
    """Whoever knew the password of before is out; a talk goes on."""
    await context.tokens.revoke_all_of(agent)
    context.desks.close(agent, SIGNED_OUT, _NEW_PASSWORD)
    context.floor.boards.close(lambda one: one.agent == agent, SIGNED_OUT, _NEW_PASSWORD)


def _place(request: web.Request) -> tuple[str, tuple[str, ...]]:
    known = request.match_info
    return known["file"], (known["section"], known["entry"])


async def _text(request: web.Request) -> str:
    return ConfigText.model_validate_json(await read_large(request, LARGEST_TEXT)).text


def _seen(request: web.Request) -> str | None:
    """The text that the editor has read; None for ``*``, which overwrites whatever is there."""
    said = request.headers.get("If-Match", "").strip()
    if said == "*":
        return None
    sha256 = said.removeprefix("W/").strip('"')
    if not _SHA256.fullmatch(sha256):
        detail = "请在 If-Match 中带上打开文件时的 sha256（见 ETag），以免覆盖他人的修改。"
        raise Problem(428, "no_version", detail)
    return sha256


async def _saved(request: web.Request, changed: Changed) -> web.Response:
    """The audit keeps what has become of the text, line by line."""
    context, name = request.app[CONTEXT], request.match_info["file"]
    diff: Json = _diff(changed)
    await note(context, request[ME], "config.changed", name, diff=diff)
    answer = render(changed.row)
    answer.headers["ETag"] = f'"{changed.row["sha256"]}"'
    return answer


def _diff(changed: Changed) -> str:
    before, after = (
        raw.decode("utf-8", "replace").splitlines() for raw in (changed.before, changed.after)
    )
    lines = difflib.unified_diff(before, after, "before", "after", n=0, lineterm="")
    return "\n".join(lines)[:KEPT_OF_DIFF]
