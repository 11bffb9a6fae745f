"""Which pages may open a socket: browsers let any page try, and add our cookie to it."""

from aiohttp import web

from ari_app.web import cookie
from ari_app.web.problems import Problem


def check_origin(request: web.Request, allowed: frozenset[str]) -> None:
    """Browsers always send it; a page of another host must not use an agent's browser."""
    origins = request.headers.getall("Origin", [])
    good = allowed | cookie.own_origins(request)
    if origins and (len(origins) > 1 or origins[0] not in good):
        raise Problem(403, "foreign_origin", "不允许从此网页连接；请让管理员把它加入允许的来源。")
