"""A sample of the damaged trees; all 10,000: ``python -m tests.ivr.fuzz_trees 10000``."""

from fuzz_trees import run


def test_no_damaged_tree_crashes_the_reader_and_none_that_is_bad_is_accepted() -> None:
    result = run(500)
    assert result.accepted >= 25
    assert {code[:2] for code in result.codes} >= {"E1", "E2", "E3", "E4"}
