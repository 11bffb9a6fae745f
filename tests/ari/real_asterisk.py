"""Starts a throw-away Asterisk with ARI and no SIP, for contract tests of the client.

Decides its configuration; knows nothing of the client under test.
"""

import os
import signal
import subprocess
import time
import urllib.error
import urllib.request
from base64 import b64encode
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.ports import free_tcp_port

PROJECT = Path(__file__).resolve().parents[2]
ROOT = Path(os.environ.get("HOTLINE_ASTERISK_ROOT", PROJECT / ".asterisk" / "root"))
SWAGGER = ROOT / "usr" / "share" / "asterisk" / "rest-api"
USER, PASSWORD = "hotline", "secret"

_MODULES = """
res_timing_timerfd bridge_simple bridge_softmix bridge_holding bridge_native_rtp
codec_alaw codec_ulaw codec_resample codec_gsm format_gsm format_pcm format_sln
format_wav pbx_config
app_stasis app_playback app_dial app_echo app_verbose res_musiconhold res_crypto
func_channel func_callerid func_global func_timeout func_strings func_logic
res_http_websocket res_websocket_client res_stasis res_stasis_answer res_stasis_playback
res_stasis_recording res_stasis_snoop res_ari res_ari_model res_ari_applications
res_ari_asterisk res_ari_bridges
res_ari_channels res_ari_endpoints res_ari_events res_ari_playbacks res_ari_recordings
res_sorcery_config res_sorcery_memory res_sorcery_astdb res_pjproject res_rtp_asterisk
res_pjsip res_pjsip_pubsub res_pjsip_session res_pjsip_sdp_rtp chan_pjsip chan_bridge_media
"""

_EXTENSIONS = """
[test]
exten => wait,1,Answer()
 same => n,Wait(60)
exten => echo,1,Answer()
 same => n,Echo()
exten => ringing,1,Ringing()
 same => n,Wait(60)
exten => busy,1,Busy(1)
exten => _stasis-.,1,Stasis(${EXTEN:7})
 same => n,Set(GLOBAL(LAST_STASISSTATUS)=${STASISSTATUS})
 same => n,Wait(60)
"""


@dataclass(frozen=True)
class RealAsterisk:
    """Where the running Asterisk answers, and its process."""

    base_url: str
    process: subprocess.Popen[bytes]


def _libraries() -> Path:
    return next((ROOT / "usr" / "lib").glob("*/asterisk/modules")).parents[1]


def _directories(run: Path) -> str:
    own = {
        "astetcdir": "etc", "astvarlibdir": "varlib", "astdbdir": "db", "astkeydir": "keys",
        "astspooldir": "spool", "astrundir": "run", "astlogdir": "log",
    }  # fmt: skip
    for folder in [*own.values(), "spool/recording", "spool/monitor"]:
        (run / folder).mkdir(parents=True)
    lines = [f"{key} => {run / folder}" for key, folder in own.items()]
    data = run / "data"
    data.mkdir()
    shared = ROOT / "usr" / "share" / "asterisk"
    for name in ("documentation", "rest-api"):
        (data / name).symlink_to(shared / name)
    (data / "sounds").mkdir()
    (data / "moh").symlink_to(shared / "sounds" / "en_US_f_Allison" / "digits")
    (data / "sounds" / "en").symlink_to(shared / "sounds" / "en_US_f_Allison")
    lines += [f"astdatadir => {data}", f"astmoddir => {_libraries() / 'asterisk' / 'modules'}"]
    return "[directories]\n" + "\n".join(lines) + "\n"


def _write_configuration(run: Path, port: int) -> None:
    files = {
        "asterisk.conf": _directories(run)
        + "[options]\nlive_dangerously=no\nverbose=3\nentityid=02:00:00:00:00:01\n",
        "http.conf": f"[general]\nenabled=yes\nbindaddr=127.0.0.1\nbindport={port}\n"
        "sessionlimit=200\n",
        "ari.conf": "[general]\nenabled=yes\npretty=no\nwebsocket_write_timeout=1000\n"
        f"[{USER}]\ntype=user\npassword={PASSWORD}\npassword_format=plain\n",
        "modules.conf": "[modules]\nautoload=no\n"
        + "".join(f"load={m}.so\n" for m in _MODULES.split()),
        "extensions.conf": _EXTENSIONS,
        "pjsip.conf": "[offline]\ntype=endpoint\naors=offline\n[offline]\ntype=aor\n",
        "musiconhold.conf": "[general]\n[default]\nmode=files\ndirectory=moh\n",
        "logger.conf": "[general]\n[logfiles]\nmessages => notice,warning,error,verbose\n",
        "rtp.conf": "[general]\nrtpstart=18000\nrtpend=18100\n",
        "pjproject.conf": "",
        "sorcery.conf": "",
    }
    (run / "etc").mkdir(parents=True, exist_ok=True)
    for name, text in files.items():
        (run / "etc" / name).write_text(text)


def _await_ready(asterisk: RealAsterisk, log: Path, limit_s: float = 30.0) -> None:
    token = b64encode(f"{USER}:{PASSWORD}".encode()).decode()
    request = urllib.request.Request(
        f"{asterisk.base_url}/ari/asterisk/info", headers={"Authorization": f"Basic {token}"}
    )
    until = time.monotonic() + limit_s
    while time.monotonic() < until and asterisk.process.poll() is None:
        try:
            with urllib.request.urlopen(request, timeout=2):
                return
        except (urllib.error.URLError, OSError):
            time.sleep(0.1)  # a bounded wait for a process, not for an event of a test
    raise RuntimeError(f"Asterisk did not get ready in {limit_s} s. Its log:\n{log.read_text()}")


@contextmanager
def running_asterisk(run: Path) -> Iterator[RealAsterisk]:
    """Start Asterisk in the run folder, yield its address, end it."""
    if not SWAGGER.exists():
        raise RuntimeError(f"No Asterisk in {ROOT}. Run `make setup`, or name its folder in "
                           "HOTLINE_ASTERISK_ROOT.")  # fmt: skip
    port = free_tcp_port()
    _write_configuration(run, port)
    libraries = _libraries()
    loader = next(libraries.glob("ld-linux*"))
    log, output = run / "log" / "messages", run / "asterisk.out"
    with output.open("wb") as out:
        process = subprocess.Popen(
            [loader, "--library-path", f"{libraries}:{ROOT / 'usr' / 'lib'}",
             ROOT / "usr" / "sbin" / "asterisk", "-C", run / "etc" / "asterisk.conf", "-fg"],
            stdout=out, stderr=subprocess.STDOUT, stdin=subprocess.DEVNULL,
        )  # fmt: skip
    asterisk = RealAsterisk(f"http://127.0.0.1:{port}", process)
    try:
        _await_ready(asterisk, log)
        yield asterisk
    finally:
        process.send_signal(signal.SIGTERM)
        try:
            process.wait(2)  # the refused ids of the tests make it wait 15 s for nothing
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
