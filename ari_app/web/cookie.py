"""A browser's session: a cookie that scripts cannot read, beside the tokens of programs.

Decides which requests a cookie vouches for: those of our own pages. Knows no account and no route.
"""

from aiohttp import web

from ari_app.web.problems import Problem

NAME = "hotline_session"


def give(request: web.Request, response: web.StreamResponse, token: str, lasts_s: float) -> None:
    response.set_cookie(
        NAME, token, max_age=int(lasts_s), path="/", httponly=True, samesite="Strict",
        secure=_is_https(request),
    )  # fmt: skip


def take_back(request: web.Request, response: web.StreamResponse) -> None:
    response.del_cookie(NAME, path="/", httponly=True, samesite="Strict", secure=_is_https(request))


def shown(request: web.Request) -> str:
    """The token in the cookie; empty without one."""
    return request.cookies.get(NAME, "")


def own_origins(request: web.Request) -> frozenset[str]:
    """How a browser writes where our own pages come from. A proxy in front may speak https for us:
    a page of another host can neither set its header nor send our cookie."""
    own = f"{request.scheme}://{request.host}"
    return frozenset({own, f"https://{request.host}"} if _is_https(request) else {own})


def is_own(request: web.Request) -> bool:
    origins = request.headers.getall("Origin", [])
    return len(origins) == 1 and origins[0] in own_origins(request)


def check_own(request: web.Request) -> None:
    """A browser adds the cookie to whatever any page asks for; its ``Origin`` says which page."""
    if not is_own(request):
        raise Problem(403, "foreign_origin", "请从本系统的页面进行此操作。")


def _is_https(request: web.Request) -> bool:
    return request.secure or request.headers.get("X-Forwarded-Proto", "").lower() == "https"
