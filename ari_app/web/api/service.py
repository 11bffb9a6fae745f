"""How the service itself is: alive, ready, its parts, its figures. No login, no data."""

from aiohttp import web
from prometheus_client import generate_latest
from prometheus_client.exposition import CONTENT_TYPE_PLAIN_0_0_4

from ari_app.core.records import Json
from ari_app.web.context import CONTEXT, render


async def livez(request: web.Request) -> web.Response:
    """Answers as long as the event loop turns."""
    return web.Response(text="ok\n")


async def readyz(request: web.Request) -> web.Response:
    context = request.app[CONTEXT]
    needed = context.ask.status().items()
    optional = context.settings.optional_components
    reasons = [f"{k}: {v}" for k, v in needed if not _is_ok(v) and k not in optional]
    return render({"ready": not reasons, "reasons": reasons}, 503 if reasons else 200)


async def status(request: web.Request) -> web.Response:
    found = request.app[CONTEXT].ask.status()
    is_ok = all(_is_ok(value) for value in found.values())
    components = {name: _component(value) for name, value in found.items()}
    return render({"status": "ok" if is_ok else "fail", "components": components})


async def metrics(request: web.Request) -> web.Response:
    text = generate_latest(request.app[CONTEXT].settings.registry)
    return web.Response(body=text, headers={"Content-Type": CONTENT_TYPE_PLAIN_0_0_4})


def _is_ok(value: Json) -> bool:
    return value == "ok" or value is True


def _component(value: Json) -> dict[str, Json]:
    return {"status": "ok"} if _is_ok(value) else {"status": "fail", "detail": str(value)}
