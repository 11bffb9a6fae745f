"""Prompts: listed, listened to, and replaced by studio files."""

from aiohttp import web

from ari_app.web.context import CONTEXT, render
from ari_app.web.large_body import receive_file
from ari_app.web.ports import PromptFiles
from ari_app.web.problems import Problem

LARGEST_FILE = 40 * 1024 * 1024
"""Two minutes at 48 kHz, 24 bit, in stereo."""


def _prompts(request: web.Request) -> PromptFiles:
    return request.app[CONTEXT].editing.prompts


def _which(request: web.Request) -> tuple[str, str]:
    return request.match_info["language"], request.match_info["prompt"]


async def listed(request: web.Request) -> web.Response:
    return render(await _prompts(request).listed())


async def sound(request: web.Request) -> web.Response:
    body = await _prompts(request).sound(*_which(request))
    headers = {"Accept-Ranges": "bytes"}
    if "Range" not in request.headers:
        return web.Response(body=body, content_type="audio/wav", headers=headers)
    try:
        start, stop, _ = request.http_range.indices(len(body))
    except ValueError:
        start = stop = 0
    if stop <= start:
        headers["Content-Range"] = f"bytes */{len(body)}"
        raise Problem(416, "no_such_range", "请求的范围不在录音之内。", headers=headers)
    headers["Content-Range"] = f"bytes {start}-{stop - 1}/{len(body)}"
    part = body[start:stop]
    return web.Response(status=206, body=part, content_type="audio/wav", headers=headers)


async def put(request: web.Request) -> web.Response:
    prompts, which = _prompts(request), _which(request)
    upload = prompts.upload_place(*which)
    try:
        await receive_file(request, upload, LARGEST_FILE)
        return render(await prompts.put(*which, upload))
    finally:
        upload.unlink(missing_ok=True)


async def remove(request: web.Request) -> web.Response:
    return render(await _prompts(request).remove(*_which(request)))
