"""``hotline ivr``: every tool for the trees, under one word.

Decides nothing: each command lies in a file ``ivr_*.py`` beside this one and is registered here.
"""

import typer

from ari_app.cli.ivr_graph import graph
from ari_app.cli.ivr_schema import schema

app = typer.Typer(
    help="IVR trees: check, prove, play, draw, compare, put into service. 语音流程工具。",
    no_args_is_help=True,
)

app.command("graph")(graph)
app.command("schema")(schema)
