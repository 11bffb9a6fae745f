"""How a refusal looks: RFC 9457 problem+json with a stable ``code``, for every way to fail.

Decides status, code and wording. Knows no route and no rule of the telephony.
"""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict
from http import HTTPStatus

import structlog
from aiohttp import web
from aiohttp.typedefs import Handler
from pydantic import ValidationError

from ari_app.core.records import Json
from ari_app.web.ports import Unavailable
from ivr.problems import Problem as TreeProblem

log = structlog.get_logger(__name__)

# A lost dependency shows as one of these; OSError covers every refused or broken connection.
AWAY = (Unavailable, TimeoutError, OSError)

_SENTENCES = {
    400: ("bad_request", "请求格式不正确，请检查请求的地址和内容。"),
    401: ("not_signed_in", "未登录或登录已过期，请重新登录。"),
    403: ("forbidden", "您没有执行此操作的权限。"),
    404: ("not_found", "没有找到所请求的内容，请检查地址。"),
    405: ("method_not_allowed", "此地址不支持这种请求方法。"),
    413: ("too_large", "请求内容过大。"),
    422: ("not_valid", "请求内容不符合要求，请按 errors 中的说明修改。"),
    500: ("internal", "服务内部出错，已记录。请稍后重试。"),
    503: ("unavailable", "服务暂时不可用，请稍后重试。"),
}


class Problem(Exception):
    """A refusal on its way to the one who asked."""

    def __init__(
        self,
        status: int,
        code: str = "",
        detail: str = "",
        *,
        headers: Mapping[str, str] | None = None,
        errors: list[dict[str, str]] | None = None,
        problems: Sequence[TreeProblem] = (),
    ) -> None:
        usual_code, usual_detail = _SENTENCES.get(status, _SENTENCES[400])
        self.status, self.code = status, code or usual_code
        self.detail, self.errors = detail or usual_detail, errors
        self.headers, self.problems = dict(headers or {}), problems
        super().__init__(f"{status} {self.code}: {self.detail}")

    def response(self) -> web.Response:
        body: dict[str, Json] = {
            "type": "about:blank",
            "title": HTTPStatus(self.status).phrase,
            "status": self.status,
            "code": self.code,
            "detail": self.detail,
        }
        if self.errors is not None:
            body["errors"] = [dict(error) for error in self.errors]
        if self.problems:
            body["problems"] = [*tree_problems(self.problems)]
        if self.status == 401:
            self.headers.setdefault("WWW-Authenticate", "Bearer")
        return web.Response(
            status=self.status,
            text=json.dumps(body, ensure_ascii=True),
            content_type="application/problem+json",
            headers=self.headers,
        )


def tree_problems(problems: Iterable[TreeProblem]) -> list[Json]:
    """What is wrong in files, worst first, as ``hotline check --json`` shows it."""
    ordered = sorted(problems, key=lambda one: (one.is_warning, one))
    return [asdict(one) for one in ordered]


def not_valid(error: ValidationError) -> Problem:
    """Each field with what is wrong; never the value, which may be a password."""
    errors = [
        {"field": ".".join(str(part) for part in each["loc"]), "message": each["msg"]}
        for each in error.errors(include_input=False, include_url=False, include_context=False)
    ]
    return Problem(422, errors=errors)


@web.middleware
async def problems(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Outermost of all: whatever goes wrong leaves as a problem, and nothing as a traceback."""
    try:
        return await handler(request)
    except Problem as problem:
        return problem.response()
    except ValidationError as error:
        return not_valid(error).response()
    except web.HTTPException as error:
        return _from_aiohttp(error).response()
    except AWAY as error:
        log.warning("api.unavailable", path=request.path, error=repr(error))
        return Problem(503, headers={"Retry-After": "2"}).response()
    except Exception:
        log.exception("api.failed", method=request.method, path=request.path)
        return Problem(500).response()


def _from_aiohttp(error: web.HTTPException) -> Problem:
    headers = {"Allow": error.headers["Allow"]} if "Allow" in error.headers else {}
    return Problem(error.status, headers=headers)
