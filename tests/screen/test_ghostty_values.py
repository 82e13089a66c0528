"""The C types of libghostty-vt that are used are made at once."""

from __future__ import annotations

import subprocess
import sys

COUNTED = """
import cffi.cparser
parse, count = cffi.cparser.Parser.parse_type, 0
def counted(self, text):
    global count
    count += 1
    return parse(self, text)
cffi.cparser.Parser.parse_type = counted
from tornterm.screens.gallery import Gallery
gallery = Gallery(100)
def ask(*fields):
    assert gallery.serve(fields)[0] == b"ok", fields
ask(b"begin", b"1", b"80 24", b"whole")
printed = "\\x1b[1;38;2;1;2;3m\\u6771e\\u0301\\x1b]8;;http://a\\x07x\\x1b]4;1;#123456\\x07"
printed += "\\x1b[48;5;9m \\x1b[K\\r\\n"
ask(b"feed", b"1", b"data", printed.encode() * 50)
ask(b"look", b"1", b"80 24", b"ask", b"cursor", b"ask", b"1 colour")
ask(b"dump", b"1")
print(count)
"""


def test_few_types_are_parsed_by_themselves() -> None:
    """For each cffi reads the whole header again, while somebody waits for the worker."""
    done = subprocess.run([sys.executable, "-c", COUNTED], capture_output=True, check=True)
    # Those of pyghostty itself, and all others together.
    assert int(done.stdout) <= 3
