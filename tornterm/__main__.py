"""``python -m tornterm``."""

from __future__ import annotations

import sys

from tornterm.cli import main

sys.exit(main())
