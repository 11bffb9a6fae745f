"""The four sides of a day agree, or what differs is named."""

from dataclasses import replace

from ari_app.reports.audit_day import CallRow, DayAudit, audit
from ari_app.reports.facts import folded
from tests.reports.golden import MIDNIGHT, by_hand
from tests.reports.test_figures import DAY

FACTS = [
    call
    for call in folded(by_hand().in_order(), DAY.since, DAY.until)
    if call.arrived_at is not None
]


def rows() -> list[CallRow]:
    """As the database has the same day."""
    found = []
    for call in FACTS:
        at = call.answered_at
        if call.talks:
            at = min(talk.began_at for talk in call.talks)
        since = call.arrived_at if call.queued_at is None else call.queued_at
        wait_s = None if at is None else at - (since or 0.0)
        has_own = not call.is_placed
        found.append(
            CallRow(
                call.call_id, call.outcome, call.is_placed, has_own, at if has_own else None, wait_s
            )
        )
    return found


LOGGED = {call.call_id: call.arrived_at or 0.0 for call in FACTS if not call.is_placed}


def named(found: DayAudit) -> dict[str, tuple[list[str], list[str]]]:
    return {one.what: ([*one.missing], [*one.extra]) for one in found.compared if not one.agrees}


def test_a_day_on_which_all_is_well_agrees_on_every_side():
    found = audit(FACTS, rows(), LOGGED, MIDNIGHT, DAY)
    assert found.agrees, named(found)
    assert len(found.compared) > 8


def test_a_call_without_a_row_or_ticket_or_line_is_named():
    kept = rows()
    assert named(audit(FACTS, kept[1:], LOGGED, MIDNIGHT, DAY))["journal = calls"] == (
        ["h-1.1"],
        [],
    )
    kept[0] = replace(kept[0], has_ticket=False)
    assert named(audit(FACTS, kept, LOGGED, MIDNIGHT, DAY)) == {"calls = tickets": (["h-1.1"], [])}
    assert named(audit(FACTS[1:], rows(), LOGGED, MIDNIGHT, DAY))["journal = calls"] == (
        [],
        ["h-1.1"],
    )


def test_a_call_that_only_asterisk_knows_is_named():
    logged = {**LOGGED, "lost.1": MIDNIGHT + 6500}
    assert named(audit(FACTS, rows(), logged, MIDNIGHT, DAY)) == {
        "event log = journal": (["lost.1"], [])
    }


def test_a_journal_that_lost_the_day_or_its_end_is_found_by_asterisks_log():
    """Calls and tickets went with it: they are written in one transaction."""
    whole = audit([], [], LOGGED, MIDNIGHT, DAY)
    assert named(whole) == {"event log = journal": (sorted(LOGGED), [])}
    last = max(LOGGED, key=LOGGED.__getitem__)
    facts = [call for call in FACTS if call.call_id != last]
    kept = [row for row in rows() if row.call_id != last]
    assert named(audit(facts, kept, LOGGED, MIDNIGHT, DAY)) == {"event log = journal": ([last], [])}


def test_a_call_at_midnight_may_belong_to_the_next_day_in_the_journal():
    logged = {**LOGGED, "before.1": DAY.since + 0.5, "after.1": DAY.until - 0.5}
    found = audit(FACTS, rows(), logged, MIDNIGHT, DAY)
    assert found.agrees, named(found)


def test_another_outcome_or_wait_in_the_tickets_is_a_difference():
    kept = rows()
    kept[2] = replace(kept[2], outcome="failed")
    assert set(named(audit(FACTS, kept, LOGGED, MIDNIGHT, DAY))) == {
        "outcome failed", "outcome abandoned_waiting",
    }  # fmt: skip
    kept = rows()
    kept[0] = replace(kept[0], wait_s=99.0)
    assert [*named(audit(FACTS, kept, LOGGED, MIDNIGHT, DAY))] == [
        "their mean wait in s: journal = tickets"
    ]


def test_calls_from_before_the_logs_beginning_are_remarked_and_not_missed():
    late = {call: at for call, at in LOGGED.items() if at >= MIDNIGHT + 6000}
    found = audit(FACTS, rows(), late, MIDNIGHT + 6000, DAY)
    assert found.agrees, named(found)
    assert found.remarks == ["2 calls came before the event log's first line: not compared with it"]
