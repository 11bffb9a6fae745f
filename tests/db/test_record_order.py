"""However records are repeated, batched and interleaved across calls, the rows are the same."""

from collections.abc import Sequence
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import create_engine, select
from sqlalchemy.pool import StaticPool

from ari_app.core.records import CloseCall, OpenCall, Record, SaveAgent, SaveCall, SaveTicket
from ari_app.db.engine import to_json
from ari_app.db.journal import from_line, to_line
from ari_app.db.models import Base
from ari_app.db.statements import Statements

STATEMENTS = Statements("sqlite")
ENGINE = create_engine("sqlite://", json_serializer=to_json, poolclass=StaticPool)
Base.metadata.create_all(ENGINE)


def a_calls_records(call: str) -> st.SearchStrategy[list[Record]]:
    """One call's records in the order that the core writes them: amendments after the end only."""
    fields = st.fixed_dictionaries(
        {}, optional={"language": st.sampled_from(["zh", "en"]), "urgency": st.text(max_size=3)}
    )
    save = st.builds(SaveCall, st.just(call), st.sampled_from("ABC"), st.just({"x": [1]}), fields)
    amend = st.builds(SaveTicket, st.just(call), fields)
    close = st.builds(CloseCall, st.just(call), st.just(9.0), st.sampled_from(["a", "b"]), fields)
    return st.builds(
        lambda middle, ends: [OpenCall(call, 1.0, "138", "", "", "12345"), *middle, *ends],
        st.lists(save, max_size=4),
        st.lists(close, max_size=1).flatmap(
            lambda done: st.lists(amend, max_size=2).map(lambda more: done + more)
        ),
    )


AGENT = st.lists(
    st.builds(SaveAgent, st.just("wang"), st.sampled_from(["READY", "TALKING"]), st.just(""),
              st.floats(0, 9), st.none(), st.none()), max_size=3,
)  # fmt: skip
CALLS = st.tuples(a_calls_records("c1"), a_calls_records("c2"), a_calls_records("c3"), AGENT)


def rows_after(batches: Sequence[Sequence[Record]]) -> dict[str, list[Any]]:
    tables = [Base.metadata.tables[n] for n in ("calls", "tickets", "agents", "outbox")]
    with ENGINE.begin() as connection:
        for table in reversed(tables):
            connection.execute(table.delete())
        for batch in batches:
            STATEMENTS.apply(connection, [from_line(to_line(record)) for record in batch], 1.0)
        chosen = {table.name: select(table).order_by(table.c[0]) for table in tables}
        return {
            name: [dict(row) for row in connection.execute(rows).mappings()]
            for name, rows in chosen.items()
        }


@settings(max_examples=100, deadline=None)
@given(CALLS, st.data())
def test_records_repeated_and_mixed_with_other_calls_leave_the_same_rows(
    lanes: tuple[list[Record], ...], data: st.DataObject
) -> None:
    straight = rows_after([[record] for lane in lanes for record in lane])
    waiting = [list(lane) for lane in lanes]
    batches: list[list[Record]] = []
    while any(waiting):
        lane = data.draw(st.sampled_from([lane for lane in waiting if lane]))
        if not batches or data.draw(st.booleans()):
            batches.append([])
        batches[-1].append(lane.pop(0))
    # A lost answer to COMMIT: the batch comes again, whole and at once.
    repeated = [b for batch in batches for b in [batch] * data.draw(st.integers(1, 2))]
    mixed = rows_after(repeated)
    for name in ("calls", "tickets", "agents"):
        assert mixed[name] == straight[name]
    for ticket in ("t-c1", "t-c2", "t-c3"):
        told, expected = (
            [row for row in rows["outbox"] if row["ticket_id"] == ticket]
            for rows in (mixed, straight)
        )
        if any(row["kind"] == "ticket.closed" for row in expected):
            assert told[-1]["payload"] == expected[-1]["payload"]
        for kind in ("ticket.created", "ticket.closed"):
            assert [row["payload"] for row in told if row["kind"] == kind] == [
                row["payload"] for row in expected if row["kind"] == kind
            ]
