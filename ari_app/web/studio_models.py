"""The shapes of what is sent and answered at the tree studio.

Knows no route.
"""

from datetime import date
from typing import Annotated, Literal

from pydantic import Field, StringConstraints

from ari_app.web.models import Answered, Asked, TreeFinding

MOST_LETTERS = 256 * 1024
MOST_CHANGED = 20
MOST_DEEDS = 300

Text = Annotated[str, StringConstraints(max_length=MOST_LETTERS)]
FileName = Annotated[str, StringConstraints(min_length=6, max_length=100)]
FilePath = Annotated[str, StringConstraints(pattern=r"^(flows|tests)/[^/\x00-\x1f\x7f]{1,100}$")]
Line = Annotated[str, StringConstraints(max_length=200, pattern=r"^[^\x00-\x1f\x7f]*$")]
Sha256 = Annotated[str, Field(description="Of the file's bytes, in hex")]
FactValue = bool | int | Annotated[float, Field(allow_inf_nan=False)] | Line


class WriteFile(Asked):
    text: Text = Field(description="Kept byte for byte, as UTF-8")


class RenameFile(Asked):
    to: FileName = Field(description="Another name in the same folder")


class Unsaved(Asked):
    changed: Annotated[dict[FilePath, Text | None], Field(max_length=MOST_CHANGED)] = Field(
        default_factory=dict,
        description="Texts that are not saved yet, by `flows/main.yaml` or `tests/main.yaml`; "
        "null: as if the file were deleted",
    )


class CheckTrees(Unsaved):
    profile: Literal["", "gbt33358"] = Field("", description="Rules that are checked too")


class DrawTree(CheckTrees):
    file: FilePath = Field(description="The file of the tree that is drawn")


class Deed(Asked):
    do: Literal[
        "go_on", "wait", "key", "hang_up", "fact", "answer", "refuse", "busy", "no_answer", "break",
        "no_message",
    ]  # fmt: skip
    key: Annotated[str, StringConstraints(pattern=r"^[0-9*#]?$")] = ""
    seconds: Annotated[float, Field(ge=0, le=600, allow_inf_nan=False)] = Field(
        0, description="Of `wait`"
    )
    name: Line = Field("", description="Of a fact")
    value: FactValue | None = Field(None, description="Of a fact; null: nobody knows it")


class PlayCall(Unsaved):
    """A call: all that was done so far, in order. Nothing is kept between two questions."""

    dialled: Annotated[str, StringConstraints(pattern=r"^[0-9]{0,20}$")] = ""
    flow: Annotated[str, StringConstraints(max_length=64)] = Field(
        "", description="A tree by its name; empty: that of the number dialled"
    )
    facts: Annotated[dict[Line, FactValue], Field(max_length=100)] = Field(
        default_factory=dict, description="What is so from the beginning"
    )
    deeds: Annotated[list[Deed], Field(max_length=MOST_DEEDS)] = Field(default_factory=list)


class CompareTrees(Unsaved):
    day: date | None = Field(None, description="Whose calls; null: yesterday's")


class StudioFile(Answered):
    folder: Literal["flows", "tests"]
    name: str
    bytes: int
    sha256: Sha256
    changed_at: float


class StudioFiles(Answered):
    files: list[StudioFile]


class FileText(Answered):
    text: str
    sha256: Sha256


class FileKept(Answered):
    sha256: Sha256


class StudioFinding(TreeFinding):
    message_zh: str
    level: Literal["error", "warning"]


class OutlineNode(Answered):
    name: str
    type: str
    line: int
    last_line: int


class TreeOutline(Answered):
    flow: str
    file: str
    lines: list[str]
    nodes: list[OutlineNode]


class CasePlayed(Answered):
    file: str
    line: int
    name: str
    passed: bool
    differences: list[str]


class TreesChecked(Answered):
    is_fit: bool = Field(description="Whether they would be put into service without force")
    problems: list[StudioFinding]
    trees: list[TreeOutline] = Field(description="Those that can be read")
    proofs: list[dict[str, object]]
    cases: list[CasePlayed]


class DrawnBox(Answered):
    id: str = Field(description="The title of its group in the SVG")
    node: str
    file: str
    line: int
    is_copy: bool
    codes: list[str]
    tooltip: str


class TreeDrawn(Answered):
    flow: str
    svg: str | None = Field(description="null: there is nothing to draw, `why` says what keeps it")
    boxes: list[DrawnBox]
    why: str
    detail: str


class CallPlayed(Answered):
    problems: list[StudioFinding] = Field(description="Not empty: the trees cannot be played")
    entries: list[dict[str, object]]
    now: dict[str, object] | None


class StudioNames(Answered):
    queues: list[dict[str, str]]
    skills: list[dict[str, str]]
    prompts: list[dict[str, str]]
    numbers: list[dict[str, str]]
    schedules: list[dict[str, str]]
    languages: list[dict[str, str]]
    fields: list[dict[str, str]]
    modes: list[dict[str, str]]
    facts: list[dict[str, object]]
    profiles: list[str]
    flow_schema: dict[str, object]
    cases_schema: dict[str, object]
