"""How long it takes to load and to prove trees of several sizes, and how much memory.

``python -m bench.proof 5000`` measures one size in a process of its own, because the peak of a
process never falls again. It must not judge what the proof finds.
"""

import json
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, Final

import ivr
from ari_app.settings import PROJECT_DIR
from bench.figures import Figure
from bench.trees import big_trees
from ivr.proof.prove import prove_trees

SIZES: Final = (60, 500, 5000)
# What every prompt counts; the length of a prompt changes no proof's effort.
_PROMPT_S: Final = 3.0
_LIMIT_S: Final = 180.0


class ProofFailed(Exception):
    """A size could not be measured; the text holds what was said."""


def proof_figures(say: Callable[[str], None], sizes: Sequence[int] = SIZES) -> list[Figure]:
    found: list[Figure] = []
    for size in sizes:
        say(f"bench: prove: {size:,} nodes")
        one = _measured_aside(size)
        walked = f"{one['nodes']:,} nodes, {one['transitions']:,} transitions"
        found += [
            Figure(f"load, {size:,} nodes", one["load_s"], "CPU s"),
            Figure(f"prove, {size:,} nodes", one["prove_s"], "CPU s", walked),
            Figure(f"prove, {size:,} nodes, peak memory", one["peak_mb"], "MB"),
        ]
    return found


def _measured_aside(size: int) -> dict[str, Any]:
    done = subprocess.run(
        (sys.executable, "-m", "bench.proof", str(size)),
        capture_output=True, text=True, check=False, timeout=_LIMIT_S, cwd=PROJECT_DIR,
    )  # fmt: skip
    if done.returncode != 0:
        raise ProofFailed(f"a tree of {size:,} nodes: {done.stderr.strip()[-500:]}")
    found: dict[str, Any] = json.loads(done.stdout)
    return found


def measured(size: int) -> dict[str, Any]:
    files = big_trees(size)
    begun = time.process_time()
    trees = ivr.load_trees(files, ivr.Names())
    if isinstance(trees, list):
        raise ProofFailed(f"the tree of {size:,} nodes cannot be loaded: {trees[0].message}")
    loaded = time.process_time()
    proofs = prove_trees(trees, lambda prompt: _PROMPT_S).proofs
    proved = time.process_time()
    if not all(proof.is_complete for proof in proofs):
        raise ProofFailed(f"the tree of {size:,} nodes was not walked completely")
    return {
        "nodes": sum(proof.nodes for proof in proofs),
        "states": sum(proof.states for proof in proofs),
        "transitions": sum(proof.transitions for proof in proofs),
        "load_s": round(loaded - begun, 3),
        "prove_s": round(proved - loaded, 3),
        "peak_mb": _peak_mb(),
    }


def _peak_mb() -> float:
    """Not of getrusage, which counts what the parent held when it made this process."""
    for line in Path("/proc/self/status").read_text().splitlines():
        if line.startswith("VmHWM:"):
            return round(int(line.split()[1]) / 1024, 1)
    raise ProofFailed("/proc/self/status names no VmHWM; Linux is needed.")


if __name__ == "__main__":
    print(json.dumps(measured(int(sys.argv[1]))))
