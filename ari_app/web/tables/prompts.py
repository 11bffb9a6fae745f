"""What callers hear: texts, audio, and studio files."""

from ari_app.web import settings_models as m
from ari_app.web.api import prompts
from ari_app.web.route import V1, Route

_ONE = f"{V1}/prompts/{{language}}/{{prompt}}"

ROUTES: tuple[Route, ...] = (
    Route("GET", f"{V1}/prompts", prompts.listed, "supervisor",
          "All prompts by language, with what is missing", m.PromptList),
    Route("GET", f"{_ONE}/sound", prompts.sound, "supervisor",
          "One prompt as a WAV file; takes Range", "audio/wav", refusals=(404, 416)),
    Route("PUT", f"{_ONE}/studio", prompts.put, "admin",
          "A studio file (WAV), as the body or as the one file of a form; callers hear it from "
          "the next time on", m.StudioPut, refusals=(404, 409, 413, 422), is_large=True),
    Route("DELETE", f"{_ONE}/studio", prompts.remove, "admin",
          "Remove a studio file; callers hear the voice again", m.StudioRemoved,
          refusals=(404, 409)),
)  # fmt: skip
