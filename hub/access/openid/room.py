"""The authorization code flow with PKCE: a browser is sent off, and what it brings back is judged."""

from __future__ import annotations

import base64
import re
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from typing import Any
from urllib.parse import quote_plus, urlencode

from hub.access.openid.discovery import Discovery, Metadata
from hub.access.openid.flows import LASTS, Flow, Flows, Purpose
from hub.access.openid.refusals import Refused
from hub.access.openid.settings import OpenIdSettings
from hub.access.openid.wire import Http, Wire
from hub.clock import Clock
from hub.errors import NotFound, NotReady
from hub.model.identity_server import Admission, Provider

LEEWAY = 60.0


@dataclass(frozen=True, slots=True)
class Proven:
    """Who the identity server says it is, to a browser that we sent there."""

    flow: Flow
    issuer: str
    subject: str
    name: str = ""
    email: str = ""
    """Only where the server says that it is verified."""
    groups: frozenset[str] = frozenset()
    anew: bool = False
    """The server asked who they are just now, and did not only remember them."""

    def admission(self, provider: Provider) -> Admission | None:
        """The first that the owner listed and that fits."""
        for one in provider.admit:
            if one.email and self.email and one.email.casefold() == self.email.casefold():
                return one
            if one.group and one.group in self.groups:
                return one
        return None


class OpenId:
    def __init__(self, settings: OpenIdSettings, http: Http, clock: Clock) -> None:
        self.settings, self._clock = settings, clock
        self._wire = Wire(http)
        self._discovery = Discovery(self._wire, clock)
        self._flows = Flows(clock)

    @property
    def provider(self) -> Provider | None:
        return self.settings.provider

    def forget(self) -> None:
        """Settings were changed: ask the server anew what it is."""
        self._discovery.forget()

    async def check(self) -> str:
        """What the server says of itself, for the owner who has just set it up. Raises NotReady, Refused."""
        provider = self._set_up()
        await self._discovery.metadata(provider)
        keys = await self._discovery.keys(provider, None)
        return f"{provider.name} answers, and signs with {len(keys)} key{'s' if len(keys) != 1 else ''}."

    async def begin(self, purpose: Purpose, *, browser: str, redirect: str, target: str, account: str = "") -> str:
        """The address to send the browser to. Raises NotFound, NotReady, Refused."""
        provider = self._set_up()
        metadata = await self._discovery.metadata(provider)
        state, flow = self._flows.begin(purpose, browser=browser, redirect=redirect, target=target, account=account)
        asked = {
            "response_type": "code",
            "client_id": provider.client_id,
            "redirect_uri": redirect,
            "scope": " ".join(provider.scopes),
            "state": state,
            "nonce": flow.nonce,
            "code_challenge": flow.challenge,
            "code_challenge_method": "S256",
        }
        if purpose == "prove":
            # They are to show themselves anew, not to be remembered by the server.
            asked |= {"prompt": "login", "max_age": "0"}
        joined = "&" if "?" in metadata.authorization else "?"
        return f"{metadata.authorization}{joined}{urlencode(asked)}"

    async def finish(self, answer: Mapping[str, str], browser: str) -> Proven:
        """Judge what a browser brought back. Raises NotFound, NotReady, Refused."""
        provider = self._set_up()
        flow = self._flows.finish(answer.get("state", ""), browser)
        if flow is None:
            minutes = int(LASTS.total_seconds() / 60)
            raise Refused(
                "state",
                f"this sign-in was begun in another browser, took more than {minutes} minutes or was used already; "
                "begin again",
            )
        metadata = await self._discovery.metadata(provider)
        named = answer.get("iss")
        if (named is None and metadata.names_itself) or (named is not None and named != provider.issuer):
            raise Refused("mix-up", f"the answer came from another server than {provider.name}; nobody was signed in")
        if error := answer.get("error"):
            raise _told(provider, error)
        if not answer.get("code"):
            raise Refused("no-code", f"the answer of {provider.name} is not whole; begin again")
        tokens = await self._redeem(provider, metadata, answer["code"], flow)
        return await self._proven(provider, metadata, tokens, flow)

    async def _redeem(self, provider: Provider, metadata: Metadata, code: str, flow: Flow) -> dict[str, Any]:
        form = {
            "grant_type": "authorization_code",
            "code": code,
            "redirect_uri": flow.redirect,
            "code_verifier": flow.verifier,
        }
        secret, headers = provider.client_secret.get_secret_value(), {}
        if secret and metadata.basic:
            # RFC 6749 2.3.1: each of the two is encoded before they are joined.
            pair = f"{quote_plus(provider.client_id)}:{quote_plus(secret)}"
            headers["Authorization"] = f"Basic {base64.b64encode(pair.encode()).decode()}"
        else:
            form["client_id"] = provider.client_id
            if secret:
                form["client_secret"] = secret
        status, told = await self._wire.post(provider, metadata.token, form, headers)
        if status >= 500:
            raise NotReady(f"{provider.name} answers with {status}; try again in a while, or use your password")
        if status != 200 or not isinstance(told.get("id_token"), str):
            word = _word(told.get("error"))
            hint = "; the client's id or secret in the settings is wrong" if word == "invalid_client" else ""
            raise Refused("code", f"{provider.name} did not take its own answer back ({word}){hint}; begin again")
        return told

    async def _proven(self, provider: Provider, metadata: Metadata, tokens: Mapping[str, Any], flow: Flow) -> Proven:
        from hub.access.openid.tokens import judge  # JOSE is loaded when somebody comes

        access_token = tokens.get("access_token")
        access_token = access_token if isinstance(access_token, str) else ""
        claims = await judge(
            tokens["id_token"],
            provider,
            partial(self._discovery.keys, provider),
            nonce=flow.nonce,
            access_token=access_token,
            now=self._clock.now(),
        )
        seen, earliest = claims.get("auth_time"), flow.begun.timestamp() - LEEWAY
        anew = isinstance(seen, int | float) and not isinstance(seen, bool) and seen >= earliest
        if flow.purpose == "prove" and not anew:
            raise Refused("not-anew", f"{provider.name} did not ask you anew who you are; use your password")
        if provider.admit and access_token and metadata.userinfo:
            with suppress(NotReady):
                more = await self._wire.get(provider, metadata.userinfo, bearer=access_token)
                # What is about somebody else is not about them (OpenID Connect Core 5.3.2).
                claims = {**more, **claims} if more.get("sub") == claims["sub"] else claims
        groups = claims.get(provider.groups_claim)
        return Proven(
            flow,
            provider.issuer,
            claims["sub"],
            _text(claims.get("preferred_username")) or _text(claims.get("name")) or _text(claims.get("email")),
            _text(claims.get("email")) if claims.get("email_verified") is True else "",
            frozenset(one for one in groups if isinstance(one, str)) if isinstance(groups, list) else frozenset(),
            anew,
        )

    def _set_up(self) -> Provider:
        if self.settings.provider is None:
            raise NotFound("signing in by an identity server is not set up here; sign in with your password")
        return self.settings.provider


def _told(provider: Provider, error: str) -> Refused:
    if error == "access_denied":
        return Refused("access-denied", f"{provider.name} did not let you in, or you said no there")
    if error in ("login_required", "interaction_required", "consent_required"):
        return Refused("unfinished", f"you did not finish signing in at {provider.name}; begin again")
    return Refused("provider-error", f"{provider.name} could not do it ({_word(error)}); try again in a while")


def _word(value: Any) -> str:
    """An error's code, as far as it looks like one: it may come from anybody."""
    return value if isinstance(value, str) and re.fullmatch(r"[a-z_]{1,60}", value) else "no reason given"


def _text(value: Any) -> str:
    return "".join(one for one in value if one.isprintable())[:100].strip() if isinstance(value, str) else ""
