"""The shapes of what is sent and answered about the trees' versions and the emergency.

Knows no route.
"""

from typing import Annotated, Literal, Self

from pydantic import Field, StringConstraints, model_validator

from ari_app.core.rollout import Bounds
from ari_app.web.models import Answered, Asked, TreeFinding
from ari_app.web.ports import Order

Message = Annotated[
    str,
    StringConstraints(
        strip_whitespace=True, min_length=1, max_length=500, pattern=r"^[^\x00-\x08\x0b-\x1f\x7f]+$"
    ),
]
Author = Annotated[
    str, StringConstraints(min_length=1, max_length=64, pattern=r"^[^\x00-\x1f\x7f]+$")
]
Dialled = Annotated[str, StringConstraints(pattern=r"^[0-9]{2,20}$")]
Share = Annotated[float, Field(ge=0, le=1, allow_inf_nan=False)]
PromptId = Annotated[str, StringConstraints(min_length=1, max_length=64)]
Instant = Annotated[float, Field(description="Epoch seconds", allow_inf_nan=False)]


class Signed(Asked):
    author: Author | None = Field(
        None, description="Who gave the command; only counts from the service's own machine"
    )


class CanaryTerms(Asked):
    """For whom the version is tried, and how much may go wrong."""

    percent: Annotated[float, Field(ge=0, le=100, allow_inf_nan=False)] = Field(
        0, description="Of the calls to all other numbers"
    )
    dialled: list[Dialled] = Field(
        default_factory=list, max_length=100, description="All calls to these numbers"
    )
    max_abandoned: Share = Field(
        Bounds().abandoned, description="Roll back when more callers hang up in the tree"
    )
    max_errors: Share = Field(Bounds().errors, description="Roll back when more calls meet errors")
    min_calls: Annotated[int, Field(ge=1, le=100_000)] = Field(
        Bounds().min_calls, description="Fewer are judged as if there had been so many"
    )

    @model_validator(mode="after")
    def _has_calls(self) -> Self:
        if not self.percent and not self.dialled:
            raise ValueError("a canary without calls: give percent above 0, or dialled numbers")
        return self


class ApplyTrees(Signed):
    message: Message = Field(description="What was changed and why, for the history")
    canary: CanaryTerms | None = Field(None, description="null: in service for everybody at once")
    force: bool = Field(False, description="Apply in spite of findings; never of unreadable files")

    def order(self) -> Order:
        terms = self.canary
        if terms is None:
            return Order(self.message, force=self.force)
        bounds = Bounds(terms.max_abandoned, terms.max_errors, terms.min_calls)
        return Order(self.message, terms.percent, frozenset(terms.dialled), bounds, self.force)


class Promote(Signed):
    pass


class RollBack(Signed):
    to: Annotated[int, Field(ge=1)] | None = Field(
        None, description="null: end the trial or, without one, the version served before"
    )


class TreeVersion(Answered):
    number: int
    label: str = Field(description="As tickets name it in tree_version")
    message: str
    author: str
    made_at: Instant
    sha256: str
    parent: int | None
    state: Literal["in_service", "on_trial", "served_before", "kept"]


class AppliedTrees(TreeVersion):
    findings: list[TreeFinding] = Field(description="What was found and did not stop it")


class TreeHistory(Answered):
    versions: list[TreeVersion]


class TreeFiles(TreeVersion):
    files: dict[str, str]


class CallTally(Answered):
    """Calls since the service started, or since what is served or tried last changed."""

    begun: int
    through: int = Field(description="Came to a queue, or to the tree's own end")
    abandoned: int = Field(description="Hung up before that")
    errors: int
    abandoned_share: float
    errors_share: float


class CanaryState(Answered):
    version: TreeVersion
    since: Instant
    by: str
    percent: float
    dialled: list[str]
    max_abandoned: float
    max_errors: float
    min_calls: int
    calls: CallTally


class FailedApply(Answered):
    at: Instant
    by: str
    code: str
    problems: list[TreeFinding]


class TreesStatus(Answered):
    version: TreeVersion
    since: Instant
    calls: CallTally
    canary: CanaryState | None
    canary_stopped: str = Field(description="Why the last trial was ended; empty: it was not")
    folder: Literal["in_service", "on_trial", "differs", "unreadable"] = Field(
        description="What config/flows holds now"
    )
    loaded: list[int] = Field(description="In service, on trial or used by calls alive now")
    last_failure: FailedApply | None = Field(description="null: the last apply succeeded")


class EmergencyOn(Signed):
    prompt: PromptId = Field(description="Said before the first words of every call")
    until: Instant


class Announcement(Answered):
    prompt: str
    text: str = Field(description="Its words in the first language")


class Announcements(Answered):
    announcements: list[Announcement]


class EmergencyState(Answered):
    on: bool
    prompt: str | None
    until: Instant | None
    since: Instant | None
    by: str | None
