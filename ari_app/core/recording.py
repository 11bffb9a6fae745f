"""Pausing the recording of a talk: who may, when it ends by itself, and which gaps it leaves.

A gap is told in seconds of the file, which grows only while the caller is in a talk. Knows neither
how Asterisk is told nor what the file holds in the end: ``recordings/gaps.py`` looks.
"""

from dataclasses import replace

from ari_app.core.call import Call
from ari_app.core.call_book import CallBook
from ari_app.core.commands import MuteRecording, Refuse, Tell, Write
from ari_app.core.deadlines import Deadlines
from ari_app.core.desk_events import RecordingAsked
from ari_app.core.events import RecordingMuted
from ari_app.core.legs import Out
from ari_app.core.pause import Pause, PauseState
from ari_app.core.values import AgentId, CallId

MAX_PAUSE_S = 300.0
"""A pause ends by itself: nobody can forget one."""

MUTE_S = 5.0
"""Within this time Asterisk answers, or is asked again to go on recording."""

NO_TALK = Refuse("no_talk", "当前没有正在录音的通话，无法暂停或恢复录音。")
NOT_YOURS = Refuse("not_your_call", "这不是您的通话；只有通话的坐席本人或班长可以暂停录音。")


class Recordings:
    """The pauses of all live calls; the calls themselves keep them."""

    def __init__(self, calls: CallBook) -> None:
        self._book = calls
        self._ends: Deadlines[CallId] = Deadlines()
        self._open: set[CallId] = set()

    # --- people ask --------------------------------------------------------------------------

    def asked(self, said: RecordingAsked, now: float) -> Out:
        call = self._book.calls.get(said.call)
        if call is None or call.talk_since is None:
            return [NO_TALK]
        if not said.any_call and call.agent != said.agent:
            return [NOT_YOURS]
        return self._pause(call, said.agent, now) if said.pause else self._resume(call, now)

    def _pause(self, call: Call, by: AgentId, now: float) -> Out:
        if call.pause is not None and call.pause.state is not PauseState.ENDING:
            return []
        if call.pause is not None:
            call = _closed(call, now)
        pause = Pause(by, call.agent, call.talk_s(now) or 0.0, now + MUTE_S)
        self._keep(call := replace(call, pause=pause))
        mute = MuteRecording(call.call_id, True)
        # First of all: a service killed now must know that the recording has to go on some time.
        return [Write(call.saved(), holds=mute.lane), mute]

    def _resume(self, call: Call, now: float) -> Out:
        if call.pause is None or call.pause.state is PauseState.ENDING:
            return []
        return self._end(call, call.pause, now)

    def _end(self, call: Call, pause: Pause, now: float) -> Out:
        ending = replace(pause, state=PauseState.ENDING, until=now + MUTE_S)
        self._keep(call := replace(call, pause=ending))
        speak = MuteRecording(call.call_id, False)
        return [Write(call.saved(), holds=speak.lane), speak]

    # --- Asterisk answers --------------------------------------------------------------------

    def muted(self, said: RecordingMuted, now: float) -> Out:
        call = self._book.calls.get(said.call)
        if call is None or call.pause is None:
            return []
        match call.pause.state, said.is_muted:
            case PauseState.ASKED, True if said.ok:
                at = call.talk_s(now) or call.pause.from_s
                on = replace(call.pause, state=PauseState.ON, from_s=at, until=now + MAX_PAUSE_S)
                return self._told(replace(call, pause=on), "paused")
            case PauseState.ASKED, True:
                return self._told(replace(call, pause=None), "failed")
            case PauseState.ENDING, False if said.ok:
                return self._told(_closed(call, now), "recording")
        return []

    def _told(self, call: Call, state: str) -> Out:
        self._keep(call)
        told: Out = [Write(call.saved())]
        if call.agent is not None:
            until = call.pause.until if call.pause else None
            data = {"call": call.call_id, "state": state, "until": until}
            told.append(Tell(call.agent, "recording", data))
        return told

    # --- time passes, calls change -----------------------------------------------------------

    def next_deadline(self) -> float | None:
        return self._ends.next()

    def take_due(self, now: float) -> Out:
        out: Out = []
        for call_id in list(self._ends.take_due(now)):
            call = self._book.calls.get(call_id)
            if call is not None and call.pause is not None:
                # Whether Asterisk was asked in vain or the pause is over: it is to record.
                out += self._end(call, call.pause, now)
        return out

    def settle(self, now: float) -> Out:
        """A pause was one agent's for one talk: it ends with either."""
        out: Out = []
        for call_id in sorted(self._open):
            call = self._book.calls.get(call_id)
            if call is None or call.pause is None:
                self._open.discard(call_id)
                self._ends.set(call_id, None)
            elif call.agent != call.pause.agent:
                out += self._resume(call, now)
        return out

    def found(self, now: float) -> Out:
        """After a gap: nobody knows whether Asterisk heard us last; an end that is due comes."""
        out: Out = []
        for call in list(self._book.calls.values()):
            if (pause := call.pause) is not None:
                if pause.state is not PauseState.ON:
                    pause = replace(pause, until=now + MUTE_S)
                self._keep(replace(call, pause=pause))
                out.append(MuteRecording(call.call_id, pause.state is not PauseState.ENDING))
        return out

    def _keep(self, call: Call) -> None:
        self._book.put(call)
        if call.pause is not None:
            self._open.add(call.call_id)
        self._ends.set(call.call_id, call.pause.until if call.pause else None)


def _closed(call: Call, now: float) -> Call:
    return replace(call, pause=None, gaps=call.gaps_until(now))
