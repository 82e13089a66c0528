"""How fast logins may be tried: counted per address and per account over a rolling window."""

from __future__ import annotations

import hashlib
import math
from collections import OrderedDict, deque
from ipaddress import IPv6Address, ip_address, ip_network

from tornterm.core.lifecycle import ErrorCode
from tornterm.errors import LimitExceeded

__all__ = ["Attempt", "Throttle"]

CAPACITY = 20_000
"""Addresses, and accounts, that are remembered; the ones not heard of for longest make room."""

_SENTENCE = "Too many failed logins. Please try again later."


class _Failures:
    """Failures by key, in a rolling window; bounded in keys and in failures per key.

    Args:
        code: What a refusal is called.
        capacity: The most keys.
    """

    def __init__(self, code: ErrorCode, capacity: int) -> None:
        self._code = code
        self._capacity = capacity
        self._times: OrderedDict[bytes, deque[float]] = OrderedDict()

    def __len__(self) -> int:
        return len(self._times)

    def check(self, key: bytes, limit: int, window: float, now: float) -> None:
        times = self._times.get(key)
        if not limit or not times:
            return
        while times and times[0] + window <= now:
            times.popleft()
        if not times:
            del self._times[key]
        elif len(times) >= limit:
            # When the window has moved on so far that fewer than `limit` are left in it.
            wait = max(1, math.ceil(times[-limit] + window - now))
            raise LimitExceeded(self._code, limit, len(times), wait, _SENTENCE)

    def add(self, key: bytes, limit: int, now: float) -> None:
        if not limit:
            return
        times = self._times.setdefault(key, deque())
        times.append(now)
        while len(times) > limit:
            times.popleft()
        self._times.move_to_end(key)
        while len(self._times) > self._capacity:
            self._times.popitem(last=False)

    def take_back(self, key: bytes, when: float) -> None:
        times = self._times.get(key)
        if times and when in times:
            times.remove(when)
            if not times:
                del self._times[key]

    def forget(self, key: bytes) -> None:
        self._times.pop(key, None)


class Attempt:
    """One try to log in; it counts as failed until it is said to have succeeded.

    That way any number of tries at the same moment gets no further than one after the other.
    """

    def __init__(self, throttle: Throttle, address: bytes, account: bytes, when: float) -> None:
        self._throttle = throttle
        self._address = address
        self._account = account
        self._when = when

    def succeeded(self) -> None:
        """Do not count this one, and begin anew for its account."""
        self._throttle.addresses.take_back(self._address, self._when)
        self._throttle.accounts.forget(self._account)

    def withdraw(self) -> None:
        """Do not count this one: nobody could say whether it was right."""
        self._throttle.addresses.take_back(self._address, self._when)
        self._throttle.accounts.take_back(self._account, self._when)


class Throttle:
    """Refuses logins where too many have failed.

    Args:
        window: Seconds over which failures count.
        per_address: Failures from one address within the window; 0 for no limit.
        per_account: Failures for one account within the window; 0 for no limit.
        capacity: How many addresses, and accounts, are remembered.
    """

    def __init__(
        self, window: float, per_address: int, per_account: int, *, capacity: int = CAPACITY
    ) -> None:
        self.window = window
        self.per_address = per_address
        self.per_account = per_account
        self.addresses = _Failures(ErrorCode.IP_RATE, capacity)
        self.accounts = _Failures(ErrorCode.LOGIN_RATE, capacity)

    def check(self, address: str, account: str, now: float, *, door: str = "") -> None:
        """See whether another try is allowed.

        Args:
            address: The client's address.
            account: The account's name, as typed; empty where there is none.
            now: Seconds on the caller's clock.
            door: Addresses are counted apart for each of these, so that a program with an old
                token does not keep people at the same address from logging in.

        Raises:
            LimitExceeded: It is not; says in how many seconds it will be.
        """
        key = _address_key(address, door)
        self.addresses.check(key, self.per_address, self.window, now)
        if account:
            self.accounts.check(_account_key(account), self.per_account, self.window, now)

    def failed(self, address: str, account: str, now: float, *, door: str = "") -> None:
        """Count a failure; arguments as for `check`."""
        self.addresses.add(_address_key(address, door), self.per_address, now)
        if account:
            self.accounts.add(_account_key(account), self.per_account, now)

    def begin(self, address: str, account: str, now: float, *, door: str = "") -> Attempt:
        """Begin a try, which counts as failed until it has succeeded; arguments as for `check`.

        Raises:
            LimitExceeded: No further try is allowed now.
        """
        self.check(address, account, now, door=door)
        self.failed(address, account, now, door=door)
        return Attempt(self, _address_key(address, door), _account_key(account), now)


def _address_key(address: str, door: str = "") -> bytes:
    """One key for all that one person can easily have: an IPv6 network of 64 bits is one client."""
    try:
        if isinstance(ip_address(address), IPv6Address):
            address = str(ip_network(f"{address}/64", strict=False))
    except ValueError:
        pass
    return f"{door} {address}".encode()


def _account_key(account: str) -> bytes:
    # Of a fixed size, whatever was typed; backends that ignore case must not multiply the tries.
    return hashlib.sha256(account.strip().casefold().encode("utf-8", "surrogatepass")).digest()
