"""The closed lists of a ticket's fields, in the words that citizens and departments use.

Decides which values there are. Sources: the Jinan list of case types with 表扬 of DB12/T 1438, the
three ways of Shaoyang, the three degrees of Tianjin.
"""

from typing import Final, Literal, get_args

CaseType = Literal["咨询", "求助", "建议", "投诉", "举报", "表扬"]
Urgency = Literal["普通", "急", "紧急"]
Disposition = Literal["当场答复", "专班协调", "紧急办理"]
Channel = Literal["sms", "mailbox", "wechat", "app", "weibo", "web", "letter", "visit", "other"]
"""Where a matter came from; ``phone`` is for calls alone."""

CASE_TYPES: Final[tuple[CaseType, ...]] = get_args(CaseType)
URGENCIES: Final[tuple[Urgency, ...]] = get_args(Urgency)
DISPOSITIONS: Final[tuple[Disposition, ...]] = get_args(Disposition)
CHANNELS: Final[tuple[Channel, ...]] = get_args(Channel)

NEEDS_SUPERVISOR: Final = "紧急办理"
"""This disposition names the person who answers for it."""
