"""Slowing down what nobody has to sign in for: so many times a minute and an hour for a network address."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Mapping
from datetime import datetime, timedelta
from ipaddress import IPv6Address, ip_address, ip_network
from math import ceil

from sqlalchemy import Connection

from engine.problems import ProblemCode
from engine.texts import Text
from runtime.store import throttle as store
from runtime.store.database import Database

MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)
_LONGEST = 2 * HOUR

TOO_OFTEN = ProblemCode(
    "too-often",
    Text("提交得太快了,请过 {seconds} 秒再试", "This came too often; try again in {seconds} seconds"),
    Text("填的内容都还在,等一等再提交", "What you filled in is still there; wait, then submit again"),
)


class TooOften(Exception):
    """Raised when something was done too often; `wait` is how many seconds it is of no use to try again."""

    def __init__(self, wait: int) -> None:
        self.problem = TOO_OFTEN.here(seconds=wait)
        self.wait = wait
        super().__init__(self.problem.sentence.en)


def count_or_refuse(
    database: Database, scope: str, subject: str, limits: Mapping[timedelta, int], now: datetime
) -> None:
    """Count one more of something; the count stays whatever becomes of the request.

    limits: how often in each period. Raises `TooOften`.
    """

    def work(connection: Connection) -> int:
        wait = 0
        for period, most in limits.items():
            begins = _begin(now, period)
            count = store.count_one(connection, f"{scope} {int(period.total_seconds())}", subject, begins)
            if count > most:
                wait = max(wait, ceil((begins + period - now).total_seconds()))
        store.forget_before(connection, now - _LONGEST)
        return wait

    wait = database.in_transaction(work)
    if wait:
        raise TooOften(wait)


def network_of(address: str, secret: str) -> str:
    """Return a name for the network of an address that does not tell the address.

    One household has a whole IPv6 /64.
    """
    return hmac.new(secret.encode(), f"network:{_network(address)}".encode(), hashlib.sha256).hexdigest()


def _network(address: str) -> str:
    try:
        found = ip_address(address)
    except ValueError:
        return address
    if isinstance(found, IPv6Address) and found.ipv4_mapped is not None:
        found = found.ipv4_mapped
    prefix = 64 if isinstance(found, IPv6Address) else 32
    return str(ip_network((found, prefix), strict=False))


def _begin(now: datetime, period: timedelta) -> datetime:
    """Return when the period began that a moment lies in."""
    seconds = int(period.total_seconds())
    return datetime.fromtimestamp(int(now.timestamp()) // seconds * seconds, now.tzinfo)
