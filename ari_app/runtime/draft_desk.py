"""Drafts as the API has them: who may keep one, and what happens when two tabs type.

Decides that a draft is replaced only by who has seen it, and that the tab that wrote it last
goes on without being asked. Functions of a transaction; knows no rule of tickets but who may work.
"""

from collections.abc import Mapping
from typing import Any, Final

from sqlalchemy import Connection

from ari_app.db.drafts import find_draft, put_draft
from ari_app.tickets.case import Case, Editor
from ari_app.web.ports import Row
from ari_app.web.problems import Problem

CLOSED: Final = Problem(409, "closed", "工单已经办结，草稿不再保存。")


def draft_of(connection: Connection, ticket_id: str, editor: Editor) -> Row:
    found = find_draft(connection, ticket_id, editor.who)
    return _nothing(ticket_id) if found is None else _shown(found)


def keep(
    connection: Connection,
    case: Case,
    draft: tuple[int, str, Mapping[str, Any]],
    editor: Editor,
    now: float,
) -> Row:
    """``draft`` is the version that was seen, the tab that types, and the fields."""
    seen, tab, fields = draft
    if case.is_closed:
        raise CLOSED
    before = find_draft(connection, case.ticket_id, editor.who)
    version = before["version"] if before else 0
    # The same tab may have kept it and never have heard of that.
    if version != seen and (before is None or before["tab"] != tab):
        said = "这个工单的草稿已在另一处修改或保存，请核对后再继续。"
        raise Problem(409, "draft_changed", said, headers={"ETag": f'"{version}"'})
    row = {
        "ticket_id": case.ticket_id,
        "agent_id": editor.who,
        "version": version + 1,
        "tab": tab,
    }
    return _shown(put_draft(connection, row, fields, now))


def _shown(row: Mapping[str, Any]) -> Row:
    return {name: row[name] for name in ("ticket_id", "fields", "version", "saved_at", "tab")}


def _nothing(ticket_id: str) -> Row:
    return {"ticket_id": ticket_id, "fields": {}, "version": 0, "saved_at": None, "tab": ""}
