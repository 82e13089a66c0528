"""A server that records, and what it needs for that."""

from __future__ import annotations

import json
from contextlib import AbstractContextManager
from pathlib import Path

from tests.browser.process import ROOT, ServerProcess, serving


def recording(folder: Path, *others: str) -> AbstractContextManager[ServerProcess]:
    """A server that records what its sessions print.

    Args:
        folder: An empty folder for all that it keeps.
        others: Further plugins.
    """
    enabled = ["token", "shell", *others, "tornterm_record_asciicast:Recorder"]
    return serving(
        folder,
        plugins=json.dumps(enabled),
        more=f"""[plugins.recorder]\nfolder = "{folder}/recordings"\ninput = true""",
        python_path=[ROOT / "plugins" / "tornterm-record-asciicast"],
    )
