"""What the host itself finds wrong with a call; these texts hold nothing that a plugin wrote."""

from __future__ import annotations

__all__ = ["Fault", "Nonsense", "OutOfTime", "ThreadsUsedUp"]


class Fault(Exception):
    """A call that the host judged to have failed, though the plugin raised nothing."""


class OutOfTime(Fault):
    """It took longer than a call may take."""

    def __init__(self, seconds: float) -> None:
        super().__init__(f"took longer than {seconds:g} s")


class ThreadsUsedUp(Fault):
    """It was not called: all of its threads hang, or too many calls wait already."""


class Nonsense(Fault):
    """It returned something that the hook has no use for."""

    def __init__(self, returned: object, wanted: str) -> None:
        super().__init__(f"returned {type(returned).__name__}, not {wanted}")
