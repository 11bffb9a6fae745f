"""The fields that a tree may write are fields that a ticket keeps."""

import pytest

from ari_app.core.ticket_fields import TREE_FIELDS
from ari_app.db.fields import ticket_values

WRITTEN = {"text": ("任何文字", "任何文字"), "yes_no": ("true", True), "number": ("4", 4)}


@pytest.mark.parametrize("field", TREE_FIELDS)
def test_what_a_tree_writes_is_kept(field: str):
    said, kept = WRITTEN[TREE_FIELDS[field]]
    assert ticket_values("c1", {field: said}) == {field: kept}
