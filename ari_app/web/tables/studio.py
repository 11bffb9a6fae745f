"""The tree studio: files of trees and cases, and trying out what is not saved yet."""

from ari_app.web import studio_models as m
from ari_app.web.api import studio
from ari_app.web.route import V1, Route

_FILE = f"{V1}/studio/files/{{folder}}/{{tree_file}}"
_TEXT_BYTES = 1024 * 1024
_TEXTS_BYTES = 4 * 1024 * 1024

ROUTES: tuple[Route, ...] = (
    Route("GET", f"{V1}/studio/files", studio.files, "supervisor",
          "The files of trees and of scripted calls", m.StudioFiles),
    Route("GET", _FILE, studio.read, "supervisor",
          "A file's text as it is; its checksum is the ETag", m.FileText, refusals=(409, 422, 503)),
    Route("PUT", _FILE, studio.write, "admin",
          "Keep a file; `If-Match` what was read, or `If-None-Match: *` for a new one",
          m.FileKept, body=m.WriteFile, refusals=(409, 412, 428), most_bytes=_TEXT_BYTES),
    Route("DELETE", _FILE, studio.delete, "admin", "Delete a file; `If-Match` what was read",
          refusals=(409, 412, 422, 428)),
    Route("POST", f"{_FILE}/rename", studio.rename, "admin",
          "Give a file another name; `If-Match` what was read", m.FileKept, body=m.RenameFile,
          refusals=(409, 412, 428)),
    Route("GET", f"{V1}/studio/names", studio.names, "supervisor",
          "What trees may name here, and the schemas, for an editor", m.StudioNames),
    Route("POST", f"{V1}/studio/check", studio.check, "supervisor",
          "What is wrong in texts that nobody has saved", m.TreesChecked, body=m.CheckTrees,
          most_bytes=_TEXTS_BYTES, is_audited=False),
    Route("POST", f"{V1}/studio/drawing", studio.draw, "supervisor",
          "The picture of a tree with its findings", m.TreeDrawn, body=m.DrawTree,
          most_bytes=_TEXTS_BYTES, is_audited=False),
    Route("POST", f"{V1}/studio/play", studio.play, "supervisor",
          "Play a call: all that was done so far, once more", m.CallPlayed, body=m.PlayCall,
          refusals=(404,), most_bytes=_TEXTS_BYTES, is_audited=False),
    Route("POST", f"{V1}/studio/comparison", studio.compare, "admin",
          "A day's calls in these texts, beside the version in service; a line of JSON a step",
          "application/x-ndjson", body=m.CompareTrees, refusals=(409,), most_bytes=_TEXTS_BYTES,
          is_audited=False),
)  # fmt: skip
