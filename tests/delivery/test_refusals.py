"""What a refusal speaks of: the receiver, or the one event."""

from ari_app.delivery.refusals import Refusals


def test_a_refusal_is_the_events_own_when_others_were_taken_since_the_first():
    refusals = Refusals()
    assert not refusals.refused(5)
    assert not refusals.refused(5)
    refusals.taken(6)
    assert refusals.refused(5)
    assert not refusals.refused(7)


def test_what_was_taken_or_given_up_begins_anew():
    refusals = Refusals()
    for settle in (refusals.taken, refusals.settled):
        refusals.refused(5)
        refusals.taken(6)
        settle(5)
        assert not refusals.refused(5)
