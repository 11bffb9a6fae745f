"""OpenAPI 3.1 out of the route table and its pydantic models.

Decides how a route is described. Knows no handler and no request.
"""

import re
from collections.abc import Iterable
from http import HTTPStatus
from typing import Any

from pydantic import BaseModel
from pydantic.json_schema import JsonSchemaMode, models_json_schema

from ari_app.web import cookie
from ari_app.web.auth import MAY
from ari_app.web.messages import ACTIONS, TOLD
from ari_app.web.models import ProblemDetails
from ari_app.web.route import Route

_SIGNED_IN = frozenset(MAY)
_FOR = {
    "person": "For everybody who is signed in.",
    "phone": "For agents, supervisors and quality.",
    "listener": "For supervisors and quality.",
    "reader": "For supervisors, quality and auditors.",
    "recordings": "For supervisors and quality; for auditors if `auditors_hear` is set.",
    "playback": "For whom `recordings` are, and for agents of their own calls.",
    "auditor": "For supervisors and auditors.",
    "city": "For the city's ticket system with its own token (`city`), and for supervisors.",
    "intake": "For other channels with their own token (`intake`).",
}
_REF = "#/components/schemas/{model}"
_ABOUT = (
    "Agents' desks, supervisors and programs around the 12345 hotline. "
    "Instants are epoch seconds. Every refusal is an RFC 9457 problem with a stable `code`."
)
_DESK_ABOUT = (
    "Opens a WebSocket. Send the token as `Authorization: Bearer`, or as the first message "
    "(`HelloAction`) within 5 s; our own pages show their cookie. "
    "Then `Hello` arrives, the open screen-pop if there is one, and "
    "each message as it happens, numbered by `seq`. Actions may be sent back; each is answered "
    "by a `Reply`. Messages in: {actions}. Messages out: {told}. Close codes: 4001 the agent "
    "opened another desk, 4002 signed out or the token ran out, 4401 not signed in, 1001 the "
    "service restarts (come back after a random 0 to 5 s), 1009 more than 64 KB."
)


def document(routes: Iterable[Route]) -> dict[str, Any]:
    """The whole document, ready to be written as JSON."""
    listed = list(routes)
    paths: dict[str, dict[str, Any]] = {}
    for route in listed:
        paths.setdefault(route.path, {})[route.method.lower()] = _operation(route)
    return {
        "openapi": "3.1.0",
        "info": {"title": "12345 hotline", "version": "1", "description": _ABOUT},
        "paths": paths,
        "components": {
            "schemas": _schemas(listed),
            "securitySchemes": {
                "token": {"type": "http", "scheme": "bearer"},
                "cookie": {"type": "apiKey", "in": "cookie", "name": cookie.NAME},
            },
        },
    }


def _operation(route: Route) -> dict[str, Any]:
    operation: dict[str, Any] = {
        "operationId": _identifier(route),
        "summary": route.summary,
        "tags": [_tag(route)],
        "parameters": [*_path_parameters(route), *_query_parameters(route)],
        "responses": _responses(route),
    }
    if route.role in _SIGNED_IN:
        operation["security"] = [{"token": []}, {"cookie": []}]
        operation["description"] = _FOR.get(route.role, f"For {route.role}s.")
    if route.role == "desk":
        operation["security"] = [{"token": []}, {"cookie": []}, {}]
        operation["description"] = _DESK_ABOUT.format(actions=_names(ACTIONS), told=_names(TOLD))
    if route.about:
        operation["description"] = route.about
    if route.body is not None:
        operation["requestBody"] = {"required": True, "content": _json(route.body)}
    return operation


def _responses(route: Route) -> dict[str, Any]:
    responses: dict[str, Any] = {_success(route): _answer(route)}
    for status in sorted({*route.refusals, *_implied_refusals(route)}):
        responses[str(status)] = {
            "description": HTTPStatus(status).phrase,
            "content": {"application/problem+json": {"schema": _ref(ProblemDetails)}},
        }
    if route.path == "/readyz":
        responses["503"] = {**_answer(route), "description": "Not ready, with the reasons"}
    return responses


def _success(route: Route) -> str:
    if route.role == "desk":
        return "101"
    return "204" if route.answer is None else "200"


def _implied_refusals(route: Route) -> set[int]:
    implied = set()
    if route.role in _SIGNED_IN:
        implied |= {401, 403, 503}
    if route.body is not None:
        implied |= {413, 422, 503}
    if route.query is not None:
        implied |= {422}
    if "{" in route.path:
        implied |= {404}
    return implied


def _answer(route: Route) -> dict[str, Any]:
    if route.answer is None:
        return {"description": "Switching protocols" if route.role == "desk" else "Done"}
    if isinstance(route.answer, str):
        schema = {"type": "object" if route.answer == "application/json" else "string"}
        return {"description": "OK", "content": {route.answer: {"schema": schema}}}
    return {"description": "OK", "content": _json(route.answer)}


def _path_parameters(route: Route) -> list[dict[str, Any]]:
    names = re.findall(r"\{(\w+)\}", route.path)
    schema = {"type": "string"}
    return [{"name": n, "in": "path", "required": True, "schema": schema} for n in names]


def _query_parameters(route: Route) -> list[dict[str, Any]]:
    if route.query is None:
        return []
    properties = route.query.model_json_schema()["properties"]
    return [{"name": name, "in": "query", "schema": s} for name, s in properties.items()]


def _schemas(routes: Iterable[Route]) -> dict[str, Any]:
    models: set[type[BaseModel]] = {ProblemDetails, *ACTIONS, *TOLD}
    for route in routes:
        models |= {m for m in (route.body, route.answer) if m and not isinstance(m, str)}
    # Fields of an answer that have a default may be missing from it: the rule of input.
    listed: list[tuple[type[BaseModel], JsonSchemaMode]] = [
        (model, "validation") for model in sorted(models, key=lambda m: m.__name__)
    ]
    _, definitions = models_json_schema(listed, ref_template=_REF)
    schemas: dict[str, Any] = definitions["$defs"]
    return schemas


def _identifier(route: Route) -> str:
    words = re.findall(r"\w+", route.path.removeprefix("/api/v1").replace("-", "_"))
    return "_".join([route.method.lower(), *words])


def _tag(route: Route) -> str:
    words = route.path.removeprefix("/api/v1").strip("/").split("/")
    return words[0] if route.path.startswith("/api/v1") else "service"


def _names(models: Iterable[type[BaseModel]]) -> str:
    return ", ".join(f"`{model.__name__}`" for model in models)


def _json(model: type[BaseModel]) -> dict[str, Any]:
    return {"application/json": {"schema": _ref(model)}}


def _ref(model: type[BaseModel]) -> dict[str, str]:
    return {"$ref": _REF.format(model=model.__name__)}
