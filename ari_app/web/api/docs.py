"""The description of the API, as a document and as a page; both are made once, at start."""

from aiohttp import web

DOCUMENT = web.AppKey("DOCUMENT", str)
PAGE = web.AppKey("PAGE", str)

# The page is text alone: no script, and nothing from another host.
_POLICY = "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'"


async def document(request: web.Request) -> web.Response:
    return web.Response(text=request.app[DOCUMENT], content_type="application/json")


async def page(request: web.Request) -> web.Response:
    headers = {"Content-Security-Policy": _POLICY}
    return web.Response(text=request.app[PAGE], content_type="text/html", headers=headers)
