"""A token makes nothing that reaches further or lasts longer than itself; a stolen narrow one is a table of noes."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from hub.clock import VirtualClock
from hub.daemon import Hub
from hub.errors import Conflict, Forbidden, NotFound
from hub.model import Credential, Role, Verb
from hub.view import IncomingReading, View
from tests.access.test_trail import START
from tests.support.house import PASSWORD, house

Deed = Callable[[View], Awaitable[Any]]
WIDER: dict[str, Deed] = {
    "a token like itself": lambda view: view.create_token("x", persons=["mia"], days=1),
    "a token of everything": lambda view: view.create_token("x", verbs=tuple(Verb), days=None),
    "an account": lambda view: view.add_account("eve", PASSWORD, role=Role.GUEST),
    "an owner": lambda view: view.add_account("eve", PASSWORD, role=Role.OWNER),
    "an invitation": lambda view: view.invite("eve", role=Role.ADULT),
    "itself an owner": lambda view: view.change_account("ben", role=Role.OWNER),
    "another password": lambda view: view.change_password(PASSWORD, "another long one"),
    "a grant to itself": lambda view: view.give(view.draft_grant("mia", [Verb.VIEW], account="ben")),
    "a grant for ever": lambda view: view.give(view.draft_grant("*", list(Verb), account="ben")),
    "a passkey": lambda view: view.ask_new_passkey(PLACE),
    "codes of an app": lambda view: view.confirm_codes("000000"),
    "recovery codes": lambda view: view.new_recovery_codes(),
    "an identity elsewhere": lambda view: view.link_identity("ben", "https://id.example", "eve"),
    "a browser's end": lambda view: view.end_other_sessions(),
    "a backup": lambda view: view.make_backup(),
    "the recovery key": lambda view: view.make_recovery_key(),
    "everything as a file": lambda view: view.ask_export(None),
    "an erasure": lambda view: view.preview_erasure(person="mia"),
    "an integration": lambda view: view.add_entry("demo", {}, person="household"),
    "a yes of its person": lambda view: view.consent("api", "in", "ben", agreed=True),
    "other addresses": lambda view: view.change_network({"listen": "all"}),
    "the trail": lambda view: view.audit_tail(),
    "shorter keeping": lambda view: view.set_retention("weight", 1),
    "another name for Mia": lambda view: view.change_person("mia", name="Eve"),
}
PLACE: Any = None
NARROW: dict[str, dict[str, Any]] = {
    "view-only": {"verbs": [Verb.VIEW]},
    "of one person": {"verbs": [Verb.VIEW, Verb.RECORD, Verb.ACT], "persons": ["ben"]},
    "of one metric": {"verbs": [Verb.VIEW, Verb.RECORD], "subjects": ["weight"]},
    "of an adult": {"verbs": list(Verb), "account": "ben"},
}


@pytest.fixture
async def home(tmp_path: Path) -> AsyncIterator[Hub]:
    async with house(tmp_path / "data", clock=VirtualClock(START), people=("Ben", "Mia")) as hub:
        await hub.views.system().add_account("ben", PASSWORD, role=Role.ADULT, person="ben")
        await hub.views.system().record([IncomingReading("mia", "weight", 11.5, START)])
        yield hub


async def stolen(hub: Hub, *, account: str = "anna", days: float = 1, **limits: Any) -> tuple[View, Credential]:
    _, text = await hub.rooms.accounts.create_token(account, days=days, **limits)
    credential = Credential("bearer", text)
    view = await hub.views.authenticate(credential)
    assert view is not None
    return view, credential


@pytest.mark.parametrize("kind", NARROW)
async def test_a_stolen_narrow_token_makes_and_widens_nothing(home: Hub, kind: str) -> None:
    view, _ = await stolen(home, **NARROW[kind])
    accounts = home.rooms.accounts
    before = (accounts.all, accounts.grants, accounts.tokens, home.rooms.invitations.open)
    let = []
    for what, deed in WIDER.items():
        try:
            await deed(view)
        except (Forbidden, NotFound):
            continue
        let.append(what)
    assert let == []
    assert [one.id for one in accounts.tokens] == [one.id for one in before[2]]
    assert (accounts.all, accounts.grants, home.rooms.invitations.open) == (before[0], before[1], before[3])


async def test_not_even_an_owners_unlimited_token_makes_a_token_or_an_owner_or_changes_a_password(home: Hub) -> None:
    view, _ = await stolen(home, verbs=list(Verb))
    for what in ("a token like itself", "a token of everything", "an owner", "itself an owner", "another password",
                 "a passkey", "codes of an app", "recovery codes"):  # fmt: skip
        with pytest.raises(Forbidden):
            await WIDER[what](view)
    with pytest.raises(Forbidden):
        await view.invite("eve", role=Role.OWNER)
    with pytest.raises((Forbidden, Conflict)):
        await WIDER["a grant for ever"](view)


async def test_a_token_ends_with_its_time_its_account_and_its_owners_right(home: Hub) -> None:
    clock, accounts = home.rooms.clock, home.rooms.accounts
    assert isinstance(clock, VirtualClock)
    view, credential = await stolen(home, account="ben", verbs=list(Verb), days=1)
    assert view.live()
    assert view.allowed(Verb.ACT, "ben")
    await home.views.system().change_account("ben", role=Role.FAMILY)
    assert not view.allowed(Verb.ACT, "ben")
    assert view.allowed(Verb.RECORD, "ben")
    await home.views.system().change_account("ben", disabled=True)
    assert not view.live()
    assert await home.views.authenticate(credential) is None
    await home.views.system().change_account("ben", disabled=False)
    assert view.live()
    await clock.advance(timedelta(days=1).total_seconds() + 1)
    assert not view.live()
    assert not view.allowed(Verb.VIEW, "ben")
    assert await home.views.authenticate(credential) is None
    assert accounts.tokens  # kept to be seen in the list, and worth nothing
