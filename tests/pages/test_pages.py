"""The pages' own decisions, without a browser: ``*.test.ts`` here, by Node's test runner."""

import shutil
import subprocess
from pathlib import Path

from ari_app.web.bundle import SOURCES

HERE = Path(__file__).parent
# JsSIP is no module of today's kind: it requires what Node has itself.
REQUIRE = "import { createRequire } from 'node:module'; const require = createRequire('/');"
TEST_FILES = sorted(HERE.glob("*.test.ts"))


def test_what_the_pages_decide(tmp_path: Path):
    esbuild = SOURCES / "node_modules" / ".bin" / "esbuild"
    how = ("--bundle", "--platform=node", "--format=esm", "--out-extension:.js=.mjs")
    made = (f"--outdir={tmp_path}", f"--banner:js={REQUIRE}")
    subprocess.run([esbuild, *TEST_FILES, *how, *made], check=True, cwd=SOURCES)
    node = shutil.which("node")
    assert node is not None, "Node.js is missing: make setup-test brings it"
    bundles = sorted(tmp_path.glob("*.mjs"))
    ran = subprocess.run([node, "--test", *bundles], capture_output=True, text=True, check=False)
    assert ran.returncode == 0, ran.stdout
    assert "\n# fail 0\n" in ran.stdout
    assert "\n# pass 0\n" not in ran.stdout
