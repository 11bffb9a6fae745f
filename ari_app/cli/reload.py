"""``hotline reload``: asks the running service to take up what was changed in ``config/``.

Decides what is shown. What can be taken up without a restart is the service's business.
"""

from typing import Any

from ari_app.cli.service_client import ask
from ari_app.settings import Settings
from ivr.problems import Problem, render_problems


def reload(settings: Settings, *, as_json: bool) -> int:
    """Exit code 0, or 1 when the files have errors, somebody is in the way or nobody answers."""
    return ask(settings, "POST", "config/reload", as_json=as_json, show=_show)


def _show(found: dict[str, Any]) -> None:
    problems = [Problem(**one) for one in found["problems"]]
    if problems:
        print(render_problems(problems))
    changed = ", ".join(f"{name}.yaml" for name in found["changed"])
    print(f"In service: {changed}" if changed else "Nothing had changed.")
    if found["phones_problem"]:
        print(f"Asterisk could not be told of the phones: {found['phones_problem']}")
