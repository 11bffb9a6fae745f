"""The ticket fields that a tree may write, and what each of them takes.

Decides what of the ticket is the tree's: whatever the call itself knows (times, agents, numbers) is
not. A test holds the list against the columns of the table.
"""

from collections.abc import Mapping
from typing import Final

from ivr.names import FieldKind

TREE_FIELDS: Final[Mapping[str, FieldKind]] = {
    "caller_name": "text",
    "caller_address": "text",
    "matter_cause": "text",
    "matter_course": "text",
    "matter_address": "text",
    "case_type": "text",
    "category_code": "text",
    "urgency": "text",
    "disposition": "text",
    "repeat_of": "text",
    "linked_110_case": "text",
    "callback_number": "text",
    "confidential": "yes_no",
    "consent": "yes_no",
    "survey_score": "number",
}
