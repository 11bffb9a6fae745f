"""The tree studio: files with their checksum as ETag (RFC 9110, 8.8.3), and trying texts out."""

import contextlib
import json
from typing import Final, cast

from aiohttp import web

from ari_app.web import studio_models as m
from ari_app.web.context import CONTEXT, parse, render
from ari_app.web.ports import Row, Studio, StudioFolder
from ari_app.web.problems import Problem

NDJSON: Final = "application/x-ndjson"


async def files(request: web.Request) -> web.Response:
    return render({"files": await _studio(request).files()})


async def read(request: web.Request) -> web.Response:
    text, sha256 = await _studio(request).read(*_named(request))
    return _kept({"text": text, "sha256": sha256}, sha256)


async def write(request: web.Request) -> web.Response:
    body = await parse(request, m.WriteFile)
    is_new = request.headers.get("If-None-Match") == "*"
    seen = None if is_new else _seen(request)
    sha256 = await _studio(request).write(*_named(request), body.text, seen)
    return _kept({"sha256": sha256}, sha256)


async def rename(request: web.Request) -> web.Response:
    body = await parse(request, m.RenameFile)
    sha256 = await _studio(request).rename(*_named(request), body.to, _seen(request))
    return _kept({"sha256": sha256}, sha256)


async def delete(request: web.Request) -> web.Response:
    await _studio(request).delete(*_named(request), _seen(request))
    return web.Response(status=204)


async def names(request: web.Request) -> web.Response:
    return render(await _studio(request).names())


async def check(request: web.Request) -> web.Response:
    body = await parse(request, m.CheckTrees)
    return render(await _studio(request).check(body.changed, body.profile))


async def draw(request: web.Request) -> web.Response:
    body = await parse(request, m.DrawTree)
    return render(await _studio(request).draw(body.changed, body.profile, body.file))


async def play(request: web.Request) -> web.Response:
    body = await parse(request, m.PlayCall)
    return render(await _studio(request).play(body.model_dump(mode="json")))


async def compare(request: web.Request) -> web.StreamResponse:
    """A line of JSON for each step; what goes wrong on the way is the last line."""
    body = await parse(request, m.CompareTrees)
    response = web.StreamResponse(headers={"Content-Type": NDJSON})
    async with contextlib.aclosing(_studio(request).compare(body.changed, body.day)) as rows:
        try:
            async for row in rows:
                if not response.prepared:
                    await response.prepare(request)
                await _send(response, row)
        except Problem as problem:
            if not response.prepared:
                raise
            last: Row = {"kind": "failed", "code": problem.code, "detail": problem.detail}
            await _send(response, last)
    await response.write_eof()
    return response


async def _send(response: web.StreamResponse, row: Row) -> None:
    await response.write(json.dumps(row).encode() + b"\n")


def _studio(request: web.Request) -> Studio:
    return request.app[CONTEXT].studio


def _named(request: web.Request) -> tuple[StudioFolder, str]:
    return cast(StudioFolder, request.match_info["folder"]), request.match_info["tree_file"]


def _seen(request: web.Request) -> str:
    given = request.headers.get("If-Match", "").strip().removeprefix("W/").strip('"')
    if not given:
        said = "请先读取文件，并在 If-Match 中带上它的 ETag；新文件用 If-None-Match: *。"
        raise Problem(428, "not_seen", said)
    return given


def _kept(row: Row, sha256: str) -> web.Response:
    response = render(row)
    response.headers["ETag"] = f'"{sha256}"'
    return response
