"""``hotline ivr``: every tool for the trees, under one word.

Decides nothing: each command lies in a file ``ivr_*.py`` beside this one and is registered here.
"""

import typer

from ari_app.cli.ivr_check import check
from ari_app.cli.ivr_graph import graph
from ari_app.cli.ivr_journal import journal
from ari_app.cli.ivr_prove import prove
from ari_app.cli.ivr_replay import diff, run_replay
from ari_app.cli.ivr_schema import schema
from ari_app.cli.ivr_sim import sim
from ari_app.cli.ivr_test import cover, run_tests
from ari_app.cli.ivr_versions import (
    apply,
    emergency_app,
    history,
    promote,
    rollback,
    status,
)

app = typer.Typer(
    help="IVR trees: check, prove, play, draw, compare, put into service. 语音流程工具。",
    no_args_is_help=True,
)

app.command("check")(check)
app.command("prove")(prove)
app.command("sim")(sim)
app.command("test")(run_tests)
app.command("cover")(cover)
app.command("graph")(graph)
app.command("schema")(schema)
app.command("journal")(journal)
app.command("replay")(run_replay)
app.command("diff")(diff)
app.command("apply")(apply)
app.command("promote")(promote)
app.command("rollback")(rollback)
app.command("history")(history)
app.command("status")(status)
app.add_typer(emergency_app, name="emergency")
