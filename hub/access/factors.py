"""What an account can show beside its password: passkeys, codes from an app, codes kept on paper."""

from __future__ import annotations

import asyncio
import hashlib
import hmac
import secrets
from dataclasses import replace
from typing import Any, Protocol

from pydantic import TypeAdapter

from hub.access.factors_held import AccountFactors, CodeApp, Passkey
from hub.access.store import AccountStore
from hub.clock import Clock
from hub.errors import Conflict, NotFound

RECOVERY_CODES = 10
MOST_PASSKEYS = 20
STEP = 30
"""Seconds that a code of an app is shown."""
_LETTERS = "abcdefghjkmnpqrstuvwxyz23456789"
"""None that is taken for another on paper."""
_KEY = "access.factors"
_DEMAND = "access.factors.demand"


class Sealing(Protocol):
    """The hub's vault."""

    def seal(self, text: str, context: str) -> str: ...
    def unseal(self, sealed: str, context: str) -> str: ...


_stored = TypeAdapter(dict[str, AccountFactors])
_NONE = AccountFactors()


class Factors:
    """Everything is read anew before it is changed: the vault's key may have been changed meanwhile."""

    def __init__(self, store: AccountStore, clock: Clock, vault: Sealing) -> None:
        self._store, self._clock, self._vault = store, clock, vault
        self._all: dict[str, AccountFactors] = {}
        self._changing = asyncio.Lock()
        self.demanded = False
        """Whether owners need a second factor."""

    async def load(self) -> None:
        self._all = _stored.validate_python(await self._store.get_setting(_KEY) or {})
        self.demanded = bool(await self._store.get_setting(_DEMAND))

    def of(self, account: str) -> AccountFactors:
        return self._all.get(account, _NONE)

    async def demand(self, wanted: bool) -> None:
        await self._store.set_setting(_DEMAND, wanted)
        self.demanded = wanted

    # Passkeys

    def passkey(self, key: str) -> tuple[str, Passkey] | None:
        """Whose it is, and the passkey, by its id."""
        for account, factors in self._all.items():
            for one in factors.passkeys:
                if one.id == key:
                    return account, one
        return None

    async def handle(self, account: str) -> str:
        """What passkeys know the account by, 64 hex digits; made at the first time."""
        async with self._changing:
            await self.load()
            if not self.of(account).handle:
                await self._save(account, replace(self.of(account), handle=secrets.token_hex(32)))
            return self.of(account).handle

    async def add_passkey(self, account: str, passkey: Passkey) -> None:
        """Raises Conflict when somebody has it already, or the account has too many."""
        async with self._changing:
            await self.load()
            held = self.of(account)
            if self.passkey(passkey.id) is not None:
                raise Conflict("this passkey is known already")
            if len(held.passkeys) >= MOST_PASSKEYS:
                raise Conflict(f"an account has at most {MOST_PASSKEYS} passkeys; remove one that you don't use")
            await self._save(account, replace(held, passkeys=(*held.passkeys, passkey)))

    async def remove_passkey(self, account: str, key: str) -> Passkey:
        """Raises NotFound."""
        async with self._changing:
            await self.load()
            held = self.of(account)
            gone = next((one for one in held.passkeys if one.id == key), None)
            if gone is None:
                raise NotFound(f"there is no passkey {key!r}; it may have been removed")
            await self._save(account, replace(held, passkeys=tuple(one for one in held.passkeys if one is not gone)))
            return gone

    async def passkey_used(self, key: str, counter: int) -> bool:
        """False, and nothing is noted, when its counter has not grown: there is a copy of it."""
        async with self._changing:
            await self.load()
            found = self.passkey(key)
            if found is None:
                return False
            account, one = found
            if (counter or one.counter) and counter <= one.counter:
                return False
            used = replace(one, counter=counter, used=self._clock.now())
            held = self.of(account)
            await self._save(account, replace(held, passkeys=tuple(used if k.id == key else k for k in held.passkeys)))
            return True

    async def ask_also(self, account: str, wanted: bool) -> None:
        """Whether a passkey is asked for after the password. Raises Conflict without any."""
        async with self._changing:
            await self.load()
            if wanted and not self.of(account).passkeys:
                raise Conflict("add a passkey first")
            await self._save(account, replace(self.of(account), also_passkey=wanted))

    # Codes from an app

    async def set_app(self, account: str, seed: str, code: str) -> bool:
        """Keep the app's seed once it shows a right code; False when it doesn't."""
        step = self._step(seed, code, 0)
        if step is None:
            return False
        async with self._changing:
            await self.load()
            app = CodeApp(self._vault.seal(seed, _context(account)), self._clock.now(), step)
            await self._save(account, replace(self.of(account), app=app))
        return True

    async def remove_app(self, account: str) -> None:
        """Raises NotFound when there is none."""
        async with self._changing:
            await self.load()
            if self.of(account).app is None:
                raise NotFound("no app makes codes for this account")
            await self._save(account, replace(self.of(account), app=None))

    async def take_code(self, account: str, code: str) -> bool:
        """Whether the app shows this code now, a step before or after; each is taken once. Raises VaultError."""
        async with self._changing:
            await self.load()
            app = self.of(account).app
            if app is None:
                return False
            step = self._step(self._vault.unseal(app.seed, _context(account)), code, app.step)
            if step is None:
                return False
            await self._save(account, replace(self.of(account), app=replace(app, step=step)))
            return True

    def _step(self, seed: str, code: str, after: int) -> int | None:
        """The time step that the code is of, if it is a right one later than `after`."""
        from pyotp import TOTP

        app, now = TOTP(seed, interval=STEP), int(self._clock.now().timestamp()) // STEP
        given = "".join(code.split())
        # All are compared, so that the time it takes tells nothing.
        fitting = [step for step in (now - 1, now, now + 1) if _same(app.generate_otp(step), given)]
        return next((step for step in fitting if step > after), None)

    # Codes on paper

    async def new_recovery(self, account: str) -> list[str]:
        """Ten codes, each good for once; those before open nothing any more. Raises Conflict without a factor."""
        codes = ["-".join(_word() for _ in range(4)) for _ in range(RECOVERY_CODES)]
        async with self._changing:
            await self.load()
            if not self.of(account).any:
                raise Conflict("recovery codes stand in for a passkey or an app; add one of these first")
            digests = tuple(_digest(account, one) for one in codes)
            await self._save(account, replace(self.of(account), recovery=digests, recovery_since=self._clock.now()))
        return codes

    async def take_recovery(self, account: str, code: str) -> bool:
        async with self._changing:
            await self.load()
            held, digest = self.of(account), _digest(account, code)
            left = tuple(one for one in held.recovery if not hmac.compare_digest(one, digest))
            if len(left) == len(held.recovery):
                return False
            await self._save(account, replace(held, recovery=left))
            return True

    # All of them

    async def forget(self, account: str) -> bool:
        """Of an account that is removed, or whose owner lost everything; False when there was nothing."""
        async with self._changing:
            await self.load()
            if self._all.pop(account, None) is None:
                return False
            await self._write()
            return True

    async def _save(self, account: str, factors: AccountFactors) -> None:
        if not factors.any:
            # What stands in for a factor goes with the last one.
            factors = replace(factors, recovery=(), recovery_since=None)
        if not factors.passkeys:
            factors = replace(factors, also_passkey=False)
        before = self._all.get(account)
        self._all[account] = factors
        try:
            await self._write()
        except BaseException:
            if before is None:
                del self._all[account]
            else:
                self._all[account] = before
            raise

    async def _write(self) -> None:
        found: dict[str, Any] = _stored.dump_python(self._all, mode="json")
        await self._store.set_setting(_KEY, found)


def is_recovery(code: str) -> bool:
    """True for what looks like a code on paper, not like one from an app."""
    return any(letter.isalpha() for letter in code)


def _context(account: str) -> str:
    return f"account:{account}:app"


def _word() -> str:
    return "".join(secrets.choice(_LETTERS) for _ in range(4))


def _digest(account: str, code: str) -> str:
    plain = "".join(letter for letter in code.lower() if letter.isalnum())
    return hashlib.sha256(f"homeostat recovery:{account}:{plain}".encode()).hexdigest()


def _same(one: str, other: str) -> bool:
    return hmac.compare_digest(one.encode(), other.encode())
