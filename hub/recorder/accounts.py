"""Who may log in, with what: accounts, grants, API tokens and sessions. Secrets are kept as digests only."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime

import orjson
from sqlalchemy import select, update

from hub.errors import NotFound
from hub.model import Account, Grant, Token
from hub.recorder import schema
from hub.recorder.codec import dump, load_all
from hub.recorder.facts import Session
from hub.recorder.registry import RegistryStore
from hub.recorder.writer import Transaction


class AccountStore(RegistryStore):
    async def load_accounts(self) -> list[Account]:
        return await self._load(Account, schema.accounts, "name")

    async def save_account(self, account: Account) -> None:
        """Insert or overwrite; its password stays."""
        await self._save(schema.accounts, name=account.name, body=dump(account))

    async def remove_account(self, name: str) -> None:
        """Forget an account with its grants, tokens and sessions."""
        tokens = [token.id for token, _ in await self.load_tokens() if token.account == name]
        grants = [grant.id for grant in await self.load_grants() if grant.account == name]
        await self._change(
            *(self._delete(schema.tokens, id=token) for token in tokens),
            *(self._delete(schema.grants, id=grant) for grant in grants),
            self._delete(schema.sessions, account=name),
            self._delete(schema.accounts, name=name),
        )

    async def password_hash(self, name: str) -> str | None:
        """None when there is no such account or it has no password."""
        table = schema.accounts
        rows = await self._select(
            select(table.c.password_hash).where(table.c.household_id == self._household, table.c.name == name)
        )
        return rows[0][0] if rows else None

    async def set_password(self, name: str, password_hash: str | None) -> None:
        """Raises NotFound when there is no such account."""
        table = schema.accounts
        statement = update(table).where(table.c.household_id == self._household, table.c.name == name)
        if not await self._change(statement.values(password_hash=password_hash)):
            raise NotFound(f"there is no account {name}")

    async def load_grants(self) -> list[Grant]:
        return await self._load(Grant, schema.grants, "id")

    async def save_grant(self, grant: Grant) -> None:
        await self._save(schema.grants, id=grant.id, body=dump(grant))

    async def remove_grant(self, grant_id: str) -> None:
        await self._remove(schema.grants, id=grant_id)

    async def load_tokens(self) -> list[tuple[Token, dict[str, str]]]:
        """Each token with the digests of its text: algorithm -> hex."""
        table = schema.tokens
        rows = await self._select(
            select(table.c.id, table.c.body, table.c.digests).where(table.c.household_id == self._household)
        )
        digests = {row[0]: orjson.loads(row[2]) for row in rows}
        tokens = load_all(Token, [(row[0], row[1]) for row in rows])
        return [(token, digests[token.id]) for token in tokens]

    async def save_token(self, token: Token, digests: Mapping[str, str]) -> None:
        text = orjson.dumps(dict(digests)).decode()
        await self._save(schema.tokens, id=token.id, digests=text, body=dump(token))

    async def remove_token(self, token_id: str) -> None:
        await self._remove(schema.tokens, id=token_id)

    async def touch_token(self, token_id: str, at: datetime) -> None:
        """Note when a token was last used; no complaint when it is gone."""
        table = schema.tokens
        own = (table.c.household_id == self._household, table.c.id == token_id)

        async def job(transaction: Transaction) -> None:
            row = (await transaction.connection.execute(select(table.c.body).where(*own))).first()
            for token in load_all(Token, [(token_id, row[0])] if row else []):
                changed = dump(replace(token, last_used_at=at))
                await transaction.connection.execute(update(table).where(*own).values(body=changed))

        await self._writer.run(job)

    async def load_sessions(self) -> list[Session]:
        table = schema.sessions
        columns = [table.c[name] for name in Session._fields]
        rows = await self._select(select(*columns).where(table.c.household_id == self._household))
        return [Session(*row) for row in rows]

    async def save_session(
        self, id_digest: str, account: str, created_us: int, expires_us: int, user_agent: str
    ) -> None:
        session = Session(id_digest, account, created_us, expires_us, user_agent)
        await self._save(schema.sessions, **session._asdict())

    async def remove_session(self, id_digest: str) -> None:
        await self._remove(schema.sessions, id_digest=id_digest)
