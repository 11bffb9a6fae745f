"""One row of the API's table.

Knows no handler. ``role`` has no default: nothing is open by oversight.
"""

from dataclasses import dataclass
from typing import Literal

from aiohttp.typedefs import Handler
from pydantic import BaseModel

from ari_app.web.auth import Right

Guard = Right | Literal["nobody", "desk"]
"""``nobody``: no login. ``desk``: the socket asks for the token itself. The others are the rights
of ``auth.MAY``."""

V1 = "/api/v1"
BODY_BYTES = 64 * 1024


@dataclass(frozen=True, slots=True)
class Route:
    method: Literal["GET", "POST", "PUT", "PATCH", "DELETE"]
    path: str
    handler: Handler
    role: Guard
    summary: str
    answer: type[BaseModel] | str | None = None
    """A model for JSON, a media type for anything else, None for no body (204)."""
    body: type[BaseModel] | None = None
    query: type[BaseModel] | None = None
    refusals: tuple[int, ...] = ()
    """Beyond those that follow from role, body, query and path."""
    is_audited: bool = True
    """False for what changes nothing: a word half typed, or a question that does not fit into an
    address. By whom it may be called says ``role``."""
    about: str = ""
    """What the role alone does not say."""
    is_large: bool = False
    """The body may be larger than usual: the handler reads it itself and the audit keeps none."""
    most_bytes: int = BODY_BYTES
    """Of the body."""

    @property
    def name(self) -> str:
        return f"{self.method} {self.path}"
