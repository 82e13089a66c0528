"""tornterm under JupyterLab: the class for ``TerminalsExtensionApp.terminal_manager_class``.

It needs what ``tornterm[jupyter]`` installs.
"""

from tornterm.jupyter.manager import TerminalManager
from tornterm.jupyter.people import LimitReached

__all__ = ["LimitReached", "TerminalManager"]
