"""Asking PAM, in a process of its own that can be given up."""

from __future__ import annotations

import asyncio
import contextlib
import json
import sys
from pathlib import Path
from typing import Any

from tornterm.errors import AuthError
from tornterm_auth_pam.accounts import Account, account_of
from tornterm_auth_pam.settings import PamSettings

__all__ = ["ACCOUNT", "PERMISSION_DENIED", "WRONG", "Asking", "Unavailable", "Wrong", "refusal"]

HELPER = Path(__file__).with_name("login.py")
ENVIRONMENT = {"PATH": "/usr/sbin:/usr/bin:/sbin:/bin", "LANG": "C.UTF-8"}

CLEANING = 2.0
"""Seconds that a helper has to end what modules have started."""

WRONG = frozenset({6, 7, 8, 10, 11})
"""PAM's numbers for: permission denied, wrong, insufficient credentials, unknown, too often."""

PERMISSION_DENIED = 6

ACCOUNT = {
    PERMISSION_DENIED: "This account may not log in here.",
    7: "This account may not log in here.",
    10: "This account may not log in here.",
    12: "Your password has expired. Please change it, and log in again.",
    13: "This account has expired.",
    27: "Your password has expired, and only an administrator can change it.",
}
"""PAM's numbers for what can be wrong with an account whose password is right."""


class Wrong(AuthError):
    """The name or the password is wrong; it does not say which.

    Args:
        why: For the log.
    """

    def __init__(self, why: str = "wrong name or password") -> None:
        super().__init__(why, "Wrong name or password.")


class Unavailable(AuthError):
    """PAM gave no proper answer.

    Args:
        why: For the log.
    """

    def __init__(self, why: str) -> None:
        super().__init__(why, "Logging in with system accounts is not possible at the moment.")


def refusal(phase: object, code: object) -> AuthError:
    """The error for an answer of PAM that is no yes.

    Args:
        phase: ``auth`` or ``account``.
        code: PAM's number.
    """
    if phase == "auth" and code in WRONG:
        return Wrong()
    if phase == "account" and isinstance(code, int) and code in ACCOUNT:
        return AuthError(f"PAM's account phase said no ({code})", ACCOUNT[code])
    why = code if isinstance(code, int) else "nothing"
    return Unavailable(f"PAM failed in the phase {phase!r:.20} with {why}")


class Asking:
    """Asks PAM, a few logins at a time.

    Args:
        settings: The plugin's table.
    """

    def __init__(self, settings: PamSettings) -> None:
        self._settings = settings
        self._turns = asyncio.Semaphore(settings.at_once)
        self._ending: set[asyncio.Task[None]] = set()

    async def close(self) -> None:
        """Wait until nothing is left of what was given up."""
        if self._ending:
            await asyncio.wait(self._ending)

    async def account(self, name: str, password: str | None, remote: str = "") -> Account | None:
        """The account that somebody has logged in to, or that still is one.

        Args:
            name: The name as typed.
            password: The password as typed; None to ask only whether the account may be used.
            remote: The person's address.

        Returns:
            The account; None where PAM let somebody in whom the system does not know.

        Raises:
            AuthError: PAM said no, or nothing that can be understood.
        """
        wish = {
            "service": self._settings.service,
            "name": name,
            "password": password,
            "remote": remote,
        }
        async with self._turns:
            said = _understood(await self._run(json.dumps(wish).encode()))
        if "account" in said:
            return account_of(said["account"])
        raise refusal(said.get("phase"), said.get("code"))

    async def _run(self, wish: bytes) -> bytes:
        process = await asyncio.create_subprocess_exec(
            sys.executable,
            "-I",
            str(HELPER),
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.DEVNULL,
            env=ENVIRONMENT,
            cwd="/",
            start_new_session=True,
        )
        try:
            async with asyncio.timeout(self._settings.timeout):
                said, _ = await process.communicate(wish)
                return said
        except TimeoutError:
            raise Unavailable("PAM took too long") from None
        finally:
            if process.returncode is None:
                # With all that modules have started, which nobody has to wait for.
                task = asyncio.create_task(_end(process))
                self._ending.add(task)
                task.add_done_callback(self._ending.discard)


async def _end(process: asyncio.subprocess.Process) -> None:
    """Let a helper clean up, and kill it where it cannot."""
    with contextlib.suppress(ProcessLookupError):
        process.terminate()
    try:
        async with asyncio.timeout(CLEANING):
            await process.wait()
    except TimeoutError:
        with contextlib.suppress(ProcessLookupError):
            process.kill()
        await process.wait()


def _understood(said: bytes) -> dict[str, Any]:
    try:
        answer = json.loads(said)
    except ValueError:
        raise Unavailable("the process that asks PAM ended without an answer") from None
    return answer if isinstance(answer, dict) else {}
