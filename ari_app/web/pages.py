"""The pages for people, and the files that they load.

Decides who is shown which page, and what a browser may do with it (the policy). Holds no data of
citizens: what a page shows it asks for through the API, where the guards are.
"""

from pathlib import Path

from aiohttp import web
from aiohttp.typedefs import Handler

from ari_app.web import cookie
from ari_app.web.auth import Me, Right, may, person
from ari_app.web.context import CONTEXT
from ari_app.web.ports import Role
from ari_app.web.problems import AWAY, Problem

PAGES: dict[str, Right] = {
    "desk": "agent",
    "board": "listener",
    "calls": "reader",
    "reports": "reader",
    "audit": "auditor",
    "studio": "admin",
    "prompts": "admin",
    "settings": "admin",
}
"""Each page and the right that opens it, in the order of the links."""

HOME: dict[Role, str] = {
    "agent": "desk",
    "supervisor": "board",
    "quality": "calls",
    "auditor": "reports",
    "admin": "studio",
}

_POLICY = "; ".join(
    (
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        "connect-src 'self'",
        "img-src 'self' data:",
        "media-src 'self' blob:",
        "font-src 'self'",
        "worker-src 'self'",
        "base-uri 'none'",
        "form-action 'self'",
        "frame-ancestors 'none'",
    )
)
_HEADERS = {
    "Content-Security-Policy": _POLICY,
    "Cache-Control": "no-store",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
    "Permissions-Policy": "microphone=(self), camera=(), geolocation=(), display-capture=()",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
}
_FOREVER = {
    "Cache-Control": "public, max-age=31536000, immutable",
    "Cross-Origin-Resource-Policy": "same-origin",
}
_ASSET = r"{file:[A-Za-z0-9_-]+-[A-Z0-9]{8}\.(?:js|css|svg|woff2)}"
_NOT_BUILT = (
    "工作台页面尚未构建。请在服务器上运行 make setup，然后刷新。\n"
    "The pages are not built. Run make setup on the server, then reload.\n"
)


def add_pages(app: web.Application) -> None:
    app.router.add_get("/", _sign_in)
    for name, right in PAGES.items():
        app.router.add_get(f"/{name}", _page(name, right))
    app.router.add_get(f"/assets/{_ASSET}", _asset)


def pages_of(me: Me) -> list[str]:
    return [name for name, right in PAGES.items() if may(me, right)]


async def _sign_in(request: web.Request) -> web.StreamResponse:
    """Whoever is signed in already goes on to their own page."""
    me = await _visitor(request)
    if me is not None:
        return _elsewhere(f"/{HOME[me.role]}")
    return _file(request, "sign_in")


def _page(name: str, right: Right) -> Handler:
    async def page(request: web.Request) -> web.StreamResponse:
        try:
            me = await _visitor(request)
        except AWAY:
            return _file(request, name)  # the page itself will say that the service is away
        if me is None:
            return _elsewhere(f"/?next=/{name}")
        if not may(me, right):
            return _elsewhere(f"/{HOME[me.role]}")
        return _file(request, name)

    return page


async def _visitor(request: web.Request) -> Me | None:
    context, token = request.app[CONTEXT], cookie.shown(request)
    if not token:
        return None
    try:
        return await person(token, context.tokens, context.credentials)
    except Problem:
        return None


def _elsewhere(address: str) -> web.Response:
    return web.Response(status=303, headers={"Location": address, "Cache-Control": "no-store"})


def _file(request: web.Request, name: str) -> web.StreamResponse:
    file = _static(request) / f"{name}.html"
    if not file.is_file():
        return web.Response(status=503, text=_NOT_BUILT, headers={"Retry-After": "60"})
    return web.FileResponse(file, headers=_HEADERS)


async def _asset(request: web.Request) -> web.StreamResponse:
    file = _static(request) / "assets" / request.match_info["file"]
    if not file.is_file():
        raise Problem(404)
    return web.FileResponse(file, headers=_FOREVER)


def _static(request: web.Request) -> Path:
    return request.app[CONTEXT].settings.static_dir
