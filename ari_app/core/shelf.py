"""The versions at hand: which tree serves a call, from its first word to its last.

Decides that a call keeps the version with which it began, as long as that can be had, and that a
version is let go once no call uses it. Must not know how versions are read or applied.
"""

from collections.abc import Iterable, Mapping
from dataclasses import replace

import ivr
from ari_app.core.call import Call
from ari_app.core.rollout import Rollout, Seen
from ari_app.core.values import CallId
from ari_app.core.versions import OneTree, TreeRef, Version


class Shelf:
    """Belongs to the call engine: nobody else may change it."""

    def __init__(self, rollout: Rollout, versions: Mapping[int, Version]) -> None:
        assert rollout.stable in versions
        self.rollout = rollout
        self._versions = dict(versions)
        self._erred: set[CallId] = set()

    @classmethod
    def of(cls, flow: ivr.Flow, sha256: str = "") -> "Shelf":
        """One tree for everybody."""
        return cls(Rollout(stable=1), {1: Version(1, sha256, OneTree(flow))})

    @property
    def numbers(self) -> frozenset[int]:
        """The versions that are loaded."""
        return frozenset(self._versions)

    def find(self, number: int) -> Version | None:
        return self._versions.get(number)

    def begin(self, call_id: CallId, dialled: str) -> tuple[TreeRef, ivr.State]:
        """The tree that serves a new call, and its caller before the first node."""
        number = self.rollout.version_for(call_id, dialled)
        version = self._versions.get(number) or self.served
        flow = version.trees.for_dialled(dialled)
        self._observe(version.number, "begun")
        return _ref(version, flow), ivr.start(flow, dialled)

    def begin_placed(self, tree: str, dialled: str) -> tuple[TreeRef, ivr.State] | None:
        """The tree of this name for a call that we place; None when no version in service has it.

        Calls that we place prove nothing of a version on trial: they are the stable one's.
        """
        trees = self.served.trees
        flow = trees.flows.get(tree) if tree else trees.for_dialled(dialled)
        return None if flow is None else (_ref(self.served, flow), ivr.start(flow, dialled))

    def flow_of(self, call: Call) -> tuple[Call, ivr.Flow]:
        """The call's own tree; a call whose version is gone goes on with the stable one."""
        version = self._versions.get(call.tree.version) if call.tree else None
        flow = version.trees.flows.get(call.tree.flow) if version and call.tree else None
        if flow is not None:
            return call, flow
        trees = self.served.trees
        same = trees.flows.get(call.tree.flow) if call.tree else None
        flow = same or trees.for_dialled(call.dialled)
        return replace(call, tree=_ref(self.served, flow)), flow

    def change(self, rollout: Rollout, versions: Mapping[int, Version]) -> None:
        """From now on new calls are served so; ``versions`` are added to those at hand."""
        self._versions |= versions
        assert rollout.stable in self._versions
        self.rollout = rollout

    def let_go(self, live: Iterable[Call]) -> None:
        """Forget every version that neither new calls nor live ones need."""
        canary = self.rollout.canary
        needed = {self.rollout.stable} | ({canary.version} if canary else set())
        if self._versions.keys() <= needed:
            return
        needed |= {call.tree.version for call in live if call.tree}
        self._versions = {n: one for n, one in self._versions.items() if n in needed}

    @property
    def served(self) -> Version:
        """The version in service."""
        return self._versions[self.rollout.stable]

    # --- what is noticed ---------------------------------------------------------------------

    def erred(self, call: Call) -> None:
        if call.call_id not in self._erred:
            self._erred.add(call.call_id)
            self._note(call, "erred")

    def through(self, call: Call) -> None:
        self._note(call, "through")

    def ended(self, call: Call, *, abandoned: bool) -> None:
        """A call that has waited in a queue was counted when it came there."""
        self._erred.discard(call.call_id)
        if call.queued_at is None:
            self._note(call, "abandoned" if abandoned else "through")

    def _note(self, call: Call, seen: Seen) -> None:
        if call.tree is not None:
            self._observe(call.tree.version, seen)

    def _observe(self, number: int, seen: Seen) -> None:
        self.rollout = self.rollout.observe(number, seen).judged()


def _ref(version: Version, flow: ivr.Flow) -> TreeRef:
    return TreeRef(version.number, flow.flow, version.label)
