"""How a command asks the service that runs on this machine.

Decides what is shown when nobody answers or the answer is no. It signs in as nobody: the token lies
in ``secrets.yaml`` of the run folder, for whoever may read that.
"""

import json
import sys
from collections.abc import Callable
from typing import Any, Final

import httpx

from ari_app.passwords import load_passwords
from ari_app.settings import Settings
from ivr.problems import Problem, render_problems

LIMIT_S: Final = 150.0
"""Longer than the service takes to prove the largest trees."""

Show = Callable[[Any], None]


def ask(
    settings: Settings,
    method: str,
    path: str,
    *,
    body: dict[str, Any] | None = None,
    as_json: bool = False,
    show: Show,
) -> int:
    """Print the answer; the exit code: 0, or 1 when the service refuses or does not answer."""
    token = load_passwords(settings, []).operator
    try:
        with httpx.Client(timeout=LIMIT_S, trust_env=False) as client:
            answer = client.request(
                method, f"{settings.web_url}/api/v1/{path}", json=body,
                headers={"Authorization": f"Bearer {token}"},
            )  # fmt: skip
        found = answer.json() if answer.content else {}
    except httpx.ConnectError as error:
        said = (
            f"No service answers at {settings.web_url} ({type(error).__name__}). "
            "Start it with 'hotline up'; a start applies what was changed in the folder of flows."
        )
        return _failed("no_service", said, as_json=as_json)
    except (httpx.TransportError, ValueError) as error:
        said = (
            f"The service at {settings.web_url} gave no answer ({type(error).__name__}): whether "
            "it was done is not known. Look with 'hotline ivr status'."
        )
        return _failed("no_answer", said, as_json=as_json)
    if as_json:
        print(json.dumps(found, ensure_ascii=False, indent=2))
    elif answer.is_success:
        show(found)
    else:
        _show_refusal(found)
    return 0 if answer.is_success else 1


def _failed(code: str, said: str, *, as_json: bool) -> int:
    if as_json:
        print(json.dumps({"code": code, "detail": said}, ensure_ascii=False, indent=2))
    print(said, file=sys.stderr)
    return 1


def _show_refusal(found: dict[str, Any]) -> None:
    problems = [Problem(**one) for one in found.get("problems") or []]
    if problems:
        print(render_problems(problems), file=sys.stderr)
    for one in found.get("errors") or []:
        print(f"{one['field']}: {one['message']}", file=sys.stderr)
    print(f"{found.get('detail')} ({found.get('code')})", file=sys.stderr)
