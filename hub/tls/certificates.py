"""Which certificate is served, renewed or read anew while the hub runs."""

from __future__ import annotations

import ssl
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path

from hub.clock import Clock
from hub.errors import ConfigInvalid
from hub.model import CertificateFacts
from hub.tls.authority import HomeAuthority
from hub.tls.check import Checked, check
from hub.tls.context import Served, context_of
from hub.tls.files import write_private

OWN, HOME = "own", "home"
Mark = tuple[tuple[int, int, int], ...]


class Certificates:
    """`open` once, then `look` from time to time; raises ConfigInvalid where nothing can be served."""

    def __init__(self, folder: Path, clock: Clock, named: tuple[Path, Path] | None = None) -> None:
        """`named`: certificate and key that the settings name; without them, those that were installed."""
        self.authority = HomeAuthority(folder / "home")
        self._folder, self._clock, self._named = folder, clock, named
        self._served: Served | None = None
        self._kind = ""
        self._mark: Mark = ()
        self._facts: CertificateFacts | None = None
        self.problem = ""
        """Why the owner's certificate is not the one that is served, or what browsers will say of it."""

    @property
    def own(self) -> tuple[Path, Path]:
        return self._named or (self._folder / "own" / "chain.pem", self._folder / "own" / "key.pem")

    @property
    def own_there(self) -> bool:
        return self._named is not None or all(one.exists() for one in self.own)

    @property
    def facts(self) -> CertificateFacts | None:
        """Of what is served."""
        return self._facts

    def open(self, kind: str, hosts: Sequence[str], names: Sequence[str]) -> ssl.SSLContext:
        """What a socket speaks from now on; `names` are for the home's certificate, `hosts` must be in the owner's."""
        self._kind = kind
        self._load(hosts, names, falling_back=False)
        assert self._served is not None
        return self._served.context

    def open_anyhow(self, kind: str, hosts: Sequence[str], names: Sequence[str]) -> ssl.SSLContext:
        """As `open`; where the owner's files can't be served, the home's certificate stands in; `problem` says so."""
        self._kind = kind
        self._load(hosts, names, falling_back=True)
        assert self._served is not None
        return self._served.context

    def look(self, hosts: Sequence[str], names: Sequence[str]) -> bool:
        """Take over changed files and renew what runs out; True when another certificate is served than before."""
        if self._served is None:
            return False
        before = self._facts
        if self._kind == HOME:
            if self.authority.stale(names, self._clock.now()):
                self._load(hosts, names, falling_back=False)
        elif self._mark != self._marks():
            try:
                self._load(hosts, names, falling_back=False)
            except ConfigInvalid as error:
                # What is served goes on; half-copied files are looked at again.
                self.problem = f"The certificate that was changed is not served, the one before still is: {error}"
        elif self._facts is not None and self._facts.kind == OWN:
            with suppress(ConfigInvalid):
                self._tell(OWN, check(*self.own, hosts=hosts, now=self._clock.now()))
        return self._facts is not before and (
            before is None or self._facts is None or self._facts.fingerprint != before.fingerprint
        )

    def create(self, names: Sequence[str], *, anew: bool = False) -> None:
        """The home's authority, where there is none or `anew`, and the hub's certificate by it."""
        now = self._clock.now()
        if anew or not self.authority.there:
            self.authority.create(names, now)
        if self.authority.stale(names, now):
            self.authority.issue(names, now)

    def install(self, certificate: Path, key: Path, hosts: Sequence[str], *, anyway: bool = False) -> Checked:
        """Keep copies of the owner's files; `anyway`: also when browsers would complain. Raises ConfigInvalid."""
        found = check(certificate, key, hosts=hosts, now=self._clock.now())
        # Who else reads the original is not the copy's affair.
        grave = [one for one in found.doubts if "can read the key" not in one]
        if grave and not anyway:
            raise ConfigInvalid(" ".join(grave), hint="Nothing was changed; `--anyway` installs it all the same.")
        context_of(found.chain, found.key)
        folder = self._folder / "own"
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        write_private(folder / "key.pem", found.key)
        write_private(folder / "chain.pem", found.chain)
        return found

    def _load(self, hosts: Sequence[str], names: Sequence[str], *, falling_back: bool) -> None:
        if self._kind == OWN:
            mark = self._marks()
            try:
                if not self.own_there:
                    raise ConfigInvalid(
                        "there is no certificate of yours yet.",
                        hint="Name its files under `web` in hub.yaml, or bring them in with `homeostat tls install`.",
                    )
                found = check(*self.own, hosts=hosts, now=self._clock.now())
                self._serve(context_of(found.chain, found.key))
            except ConfigInvalid as error:
                if not falling_back:
                    raise
                self._load_home(names)
                self._mark = mark
                self.problem = f"Your certificate can't be served, the home's own stands in for it: {error}"
                return
            self._mark = mark
            self._tell(OWN, found)
            return
        self._load_home(names)

    def _load_home(self, names: Sequence[str]) -> None:
        self.create(names)
        found = check(*self.authority.server, hosts=(), now=self._clock.now())
        self._serve(context_of(found.chain, found.key))
        self._tell(HOME, found)

    def _serve(self, context: ssl.SSLContext) -> None:
        if self._served is None:
            self._served = Served(context)
        else:
            self._served.use(context)

    def _tell(self, kind: str, found: Checked) -> None:
        self.problem = " ".join(found.doubts)
        self._facts = CertificateFacts(
            kind=kind,
            subject=found.subject,
            issuer=found.issuer,
            names=found.names,
            not_before=found.not_before,
            not_after=found.not_after,
            fingerprint=found.fingerprint,
            authority_fingerprint=self.authority.fingerprint() if kind == HOME else "",
            doubts=found.doubts,
        )

    def _marks(self) -> Mark:
        """Changes whenever one of the files does, also where it is a link that is set anew."""
        marks = []
        for path in self.own:
            try:
                seen = path.stat()
            except OSError:
                marks.append((0, 0, 0))
            else:
                marks.append((seen.st_ino, seen.st_mtime_ns, seen.st_size))
        return tuple(marks)
