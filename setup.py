"""Bundles the page on the way to a wheel; all metadata is in setup.cfg."""

from __future__ import annotations

import shutil
import sys
from pathlib import Path

from setuptools import setup
from setuptools.command.build_py import build_py
from setuptools.command.sdist import sdist

sys.path.insert(0, str(Path(__file__).resolve().parent / "frontend"))

import bundle


class BuildPy(build_py):
    """Also for editable installs, which run this command with the package in place."""

    def run(self) -> None:
        """Bundle first, and forget the hashed names that an earlier build left behind."""
        bundle.build_page()
        shutil.rmtree(Path(self.build_lib, "tornterm", "web", "static"), ignore_errors=True)
        super().run()


class Sdist(sdist):
    """A source distribution carries the bundle, so that installing it needs no Node."""

    def run(self) -> None:
        """Bundle first."""
        bundle.build_page()
        super().run()


setup(
    cmdclass={"build_py": BuildPy, "sdist": Sdist},
    # pip takes this as a further build requirement; where the bundle is shipped it is none.
    setup_requires=[] if bundle.is_current() else [bundle.NODE],
)
