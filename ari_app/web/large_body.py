"""Bodies that are larger than the usual 64 KB, read up to a limit of their own.

Decides when it is too much, before it is in memory. Knows no route.
"""

from collections.abc import AsyncIterator
from pathlib import Path

from aiohttp import BodyPartReader, web
from aiohttp.http_exceptions import HttpProcessingError

from ari_app.web.problems import Problem


async def read_large(request: web.Request, largest: int) -> bytes:
    """A 413 as soon as it is more than that."""
    parts, size = [], 0
    async for chunk in request.content.iter_chunked(64 * 1024):
        size += len(chunk)
        if size > largest:
            raise _too_large(largest)
        parts.append(chunk)
    return b"".join(parts)


async def receive_file(request: web.Request, into: Path, largest: int) -> None:
    """The one file of a form, or the body itself, on disk; its name is never looked at."""
    if request.content_type != "multipart/form-data":
        await _keep(request.content.iter_chunked(64 * 1024), into, largest)
        return
    try:
        part = await (await request.multipart()).next()
        if not isinstance(part, BodyPartReader):
            raise ValueError("there is no file")
        await _keep(_chunks(part), into, largest)
    except (ValueError, AssertionError, HttpProcessingError) as error:
        raise Problem(400, detail="上传内容不是带有一个文件的完整表单，请重试。") from error


async def _chunks(part: BodyPartReader) -> AsyncIterator[bytes]:
    while chunk := await part.read_chunk(64 * 1024):
        yield chunk


async def _keep(chunks: AsyncIterator[bytes], into: Path, largest: int) -> None:
    size = 0
    with into.open("wb") as stream:
        async for chunk in chunks:
            size += len(chunk)
            if size > largest:
                raise _too_large(largest)
            stream.write(chunk)


def _too_large(largest: int) -> Problem:
    said = f"内容过大，最多 {largest // (1024 * 1024)} MB。"
    return Problem(413, "too_large", said, headers={"Connection": "close"})
