"""Every channel against a server of its kind: what is sent, what comes back, and what each refusal leads to."""

from __future__ import annotations

import asyncio
import base64
import json
import socket
import ssl
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from pathlib import Path
from typing import Any

import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import AuthResult, LoginPassword
from cryptography.hazmat.primitives.asymmetric import ec
from pydantic import ValidationError

from hub.daemon import Hub
from hub.errors import Conflict
from hub.model import Account, Actor, EntryState, Happened, Notice, NoticeState, Role
from hub.notify import Draft
from hub.notify.browsers import Subscription
from integrations.mqtt.session import sessions
from integrations.notify_email import Config as MailConfig
from integrations.notify_webpush.push import allowed
from integrations.notify_webpush.sealing import seal, unb64
from tests.integrations.mqtt.certificates import make
from tests.notify.servers.ntfy import PRIVATE, ntfy
from tests.notify.servers.ntfy import TOKEN as NTFY_TOKEN
from tests.notify.servers.push import PushService, push_service
from tests.notify.servers.telegram import TOKEN, telegram
from tests.support.house import PASSWORD, house

ANNA = Actor("anna")


async def until(true: Callable[[], Any], what: str = "it did not happen") -> Any:
    end = time.monotonic() + 15
    while not (found := true()):
        assert time.monotonic() < end, what
        await asyncio.sleep(0.02)
    return found


@asynccontextmanager
async def home(folder: Path, domain: str, person: str = "ben", **options: Any) -> AsyncIterator[Hub]:
    async with house(folder / "hub") as hub:
        entry = await hub.rooms.supervisor.add(domain, options, person=person)
        await until(lambda: hub.rooms.supervisor.status(entry.id).state is not EntryState.STARTING, "it does not start")
        yield hub


async def tell(hub: Hub, message: str, to: str = "ben", title: str = "", **data: Any) -> Notice:
    found = await hub.rooms.notify.send(ANNA, Draft(message=message, title=title, target=[to], data=data))
    return found.notices[0]


def now(hub: Hub, notice: Notice) -> Notice:
    found = hub.rooms.notify.shelf.get(notice.id)
    assert found is not None
    return found


async def done(hub: Hub, notice: Notice, state: NoticeState = NoticeState.SENT) -> Notice:
    await until(lambda: now(hub, notice).state is state, f"it is not {state}, but {now(hub, notice)}")
    return now(hub, notice)


async def waits(hub: Hub, notice: Notice) -> list[Any]:
    """The way that was tried and is tried again."""
    found: list[Any] = await until(lambda: [one for one in now(hub, notice).ways.values() if one.next is not None])
    return found


# -- web push


def test_sealing_gives_what_the_example_of_rfc_8291_gives() -> None:
    key = ec.derive_private_key(
        int.from_bytes(unb64("yfWPiYE-n46HLnH0KqZOF1fJJU3MYrct3AELtAQ-oRw"), "big"), ec.SECP256R1()
    )
    sealed = seal(
        b"When I grow up, I want to be a watermelon",
        "BCVxsr7N_eNgVRqvHtD0zTZsEc6-VV-JvLexhqUzORcxaOzi6-AYWXvTBHm4bjyPjs7Vd8pZGH6SRpkNtoIAiw4",
        "BTBZMqHH6r4Tts7J_aSIgg",
        salt=unb64("DGv6ra1nlYgDCS1FRnbzlw"),
        key=key,
    )
    assert base64.urlsafe_b64encode(sealed).rstrip(b"=").decode() == (
        "DGv6ra1nlYgDCS1FRnbzlwAAEABBBP4z9KsN6nGRTbVYI_c7VJSPQTBtkgcy27mlmlMoZIIgDll6e3vCYLocInmYWAmS6TlzAC8wEqKK6PBru3jl7A_"
        "yl95bQpu6cVPTpK4Mqgkf1CXztLVBSt2Ks3oZwbuwXPXLWyouBWLVWGNWQexSgSxsj_Qulcy4a-fN"
    )


def test_only_push_services_are_sent_to() -> None:
    own = ("https://push.example.org",)
    assert allowed("https://fcm.googleapis.com/fcm/send/x", ())
    assert allowed("https://wns2-par02p.notify.windows.com/w/?token=x", ())
    assert allowed("https://push.example.org/x", own)
    for wrong in (
        "http://fcm.googleapis.com/x", "https://fcm.googleapis.com:8080/x", "https://192.168.1.1/x",
        "https://evil-fcm.googleapis.com.example/x", "https://push.example.org.evil/x", "https://evilpush.apple.com/x",
    ):  # fmt: skip
        assert not allowed(wrong, own), wrong


@asynccontextmanager
async def pushed(folder: Path, service: PushService, *browsers: str) -> AsyncIterator[Hub]:
    async with home(folder, "notify_webpush", "household", contact="a@example.org", own_services=[service.url]) as hub:
        key = await hub.rooms.notify.channels.browser_key()
        for name in browsers:
            known = Subscription.model_validate(service.subscribe(name, key))
            await hub.rooms.notify.browsers.add("anna", known, name, hub.rooms.clock.now())
        yield hub


async def test_a_push_reaches_every_browser_sealed_and_is_answered_without_signing_in(tmp_path: Path) -> None:
    async with push_service() as service, pushed(tmp_path, service, "phone", "laptop") as hub:
        buttons = [{"action": "TAKEN", "title": "Taken"}, {"action": "LATER", "title": "Later"}]
        sent = await tell(
            hub, "Time for your tablet", "anna", "Medication", tag="pill", actions=buttons, urgency="critical"
        )
        await done(hub, sent)
        phone = service.browsers["phone"]
        (told,) = phone.got
        assert (told["title"], told["message"], told["tag"]) == ("Medication", "Time for your tablet", "pill")
        assert told["actions"] == buttons
        assert (phone.headers[0]["Urgency"], len(phone.headers[0]["Topic"])) == ("high", 32)
        assert len(service.browsers["laptop"].got) == 1
        with hub.rooms.bus.subscribe(Happened) as news:
            assert await hub.views.answer_by_token(told["token"], "", "", NoticeState.DELIVERED)
            assert await hub.views.answer_by_token(told["token"], "LATER", "", NoticeState.ANSWERED)
            assert not await hub.views.answer_by_token(told["token"], "TAKEN", "", NoticeState.ANSWERED)
            event = await anext(aiter(news))
        assert isinstance(event, Happened)
        assert event.data["action"] == "LATER"


async def test_browsers_that_are_gone_are_forgotten_and_a_busy_service_is_waited_for(tmp_path: Path) -> None:
    async with push_service() as service, pushed(tmp_path, service, "phone", "old") as hub:
        del service.browsers["old"]
        await done(hub, await tell(hub, "Hello", "anna"))
        await until(lambda: [one["label"] for one in hub.rooms.notify.browsers.of_account("anna")] == ["phone"])
        service.answers = [(429, {"Retry-After": "1"})]
        sent = await tell(hub, "Again", "anna")
        (way,) = await waits(hub, sent)
        assert "patience (429)" in way.why
        await done(hub, sent)
        service.answers = [(404, {})]
        gone = await done(hub, await tell(hub, "Last", "anna"), NoticeState.FAILED)
        assert "no browser is there any more" in gone.why
        assert hub.rooms.notify.browsers.of_account("anna") == []


async def test_a_long_text_is_cut_to_what_a_push_service_takes(tmp_path: Path) -> None:
    async with push_service() as service, pushed(tmp_path, service, "phone") as hub:
        await done(hub, await tell(hub, "ß" * 9_000, "anna"))
        assert service.browsers["phone"].got[0]["message"].endswith("ß…")
        service.largest = 1_500
        await done(hub, await tell(hub, "y" * 9_000, "anna"))
        assert 300 < len(service.browsers["phone"].got[1]["message"]) < 1_000


async def test_the_keys_of_browsers_lie_sealed_in_the_database(tmp_path: Path) -> None:
    async with push_service() as service, pushed(tmp_path, service, "phone") as hub:
        kept = await hub.rooms.recorder.get_setting("notify.browsers")
        assert "endpoint" not in str(kept)
        assert "PRIVATE KEY" not in str(await hub.rooms.recorder.entry_store("notify_webpush"))


# -- Telegram


async def test_telegram_tells_and_brings_buttons_and_replies_back(tmp_path: Path) -> None:
    async with telegram() as bot, home(tmp_path, "notify_telegram", token=TOKEN, chat="77", server=bot.url) as hub:
        with hub.rooms.bus.subscribe(Happened) as news:
            buttons = [{"action": "YES", "title": "Yes"}, {"action": "REPLY", "title": "Say", "behavior": "textInput"}]
            first = await done(hub, await tell(hub, "Did she eat?", title="Mia", actions=buttons))
            (number,) = bot.messages
            assert bot.messages[number]["text"] == "Mia\n\nDid she eat?"
            bot.press(number, chat="88")  # from a chat to which it was not told
            bot.press(number)
            await done(hub, first, NoticeState.ANSWERED)
            await until(lambda: [one["text"] for one in bot.answered] == ["That was dealt with already.", "Thank you"])
            await until(lambda: bot.messages[number]["reply_markup"] == {"inline_keyboard": []})
            second = await done(hub, await tell(hub, "What?", actions=buttons))
            bot.reply(max(bot.messages), "Porridge")
            assert (await done(hub, second, NoticeState.ANSWERED)).reply == "Porridge"
            events = [await anext(aiter(news)) for _ in range(4)]
        actions = [one.data.get("action") for one in events if isinstance(one, Happened)]
        assert [one for one in actions if one] == ["YES", "REPLY"]
        # A tag takes the old message's place, and clearing takes it away.
        tagged = await done(hub, await tell(hub, "30 min", tag="wash"))
        await done(hub, await tell(hub, "Done", tag="wash"))
        await until(lambda: len(bot.messages) == 4)
        await tell(hub, "clear_notification", tag="wash")
        await until(lambda: [one["gone"] for one in bot.messages.values()] == [False, False, True, True])
        assert now(hub, tagged).state is NoticeState.CLEARED


async def test_telegrams_refusals_are_told_in_words(tmp_path: Path) -> None:
    async with telegram() as bot, home(tmp_path, "notify_telegram", token=TOKEN, chat="77", server=bot.url) as hub:
        bot.refusing = [(429, {"retry_after": 1})]
        sent = await tell(hub, "Hello")
        await waits(hub, sent)
        await done(hub, sent)
        bot.refusing = [(403, {"description": "Forbidden: bot was blocked by the user"})]
        assert "press Start" in (await done(hub, await tell(hub, "x"), NoticeState.FAILED)).why
        bot.moved, bot.chats = {"77": -1001}, {"-1001"}
        await done(hub, await tell(hub, "To the new chat"))
        assert bot.messages[max(bot.messages)]["chat_id"] == "-1001"
        await done(hub, await tell(hub, "And again"))


async def test_one_bot_serves_two_people_with_one_poll(tmp_path: Path) -> None:
    async with telegram() as bot, home(tmp_path, "notify_telegram", token=TOKEN, chat="77", server=bot.url) as hub:
        await hub.rooms.supervisor.add(
            "notify_telegram", {"token": TOKEN, "chat": "88", "server": bot.url}, person="mia"
        )
        await asyncio.sleep(0.2)
        for_mia = await done(hub, await tell(hub, "For Mia", "mia", confirm=True))
        bot.press(max(bot.messages))
        await done(hub, for_mia, NoticeState.CONFIRMED)
        assert bot.conflicts == 0


async def test_a_wrong_token_asks_the_owner_and_is_in_no_log(tmp_path: Path) -> None:
    wrong = "123456:ABC-wrong"
    async with telegram() as bot, home(tmp_path, "notify_telegram", token=wrong, chat="77", server=bot.url) as hub:
        status = hub.rooms.supervisor.status("notify_telegram")
        assert status.state is EntryState.NEEDS_OWNER
        assert wrong not in str(status) + str(hub.rooms.supervisor.log_lines("notify_telegram"))
        (_, channel) = hub.rooms.notify.channels.of("ben")
        assert "does not know this bot token" in channel.problem
        with pytest.raises(Conflict, match="can't be used now"):
            await hub.rooms.notify.test(ANNA, "ben", "notify_telegram")


# -- ntfy


async def test_ntfy_publishes_and_its_buttons_come_back(tmp_path: Path) -> None:
    options = {"topic": PRIVATE, "token": NTFY_TOKEN, "answers": "our-answers"}
    async with ntfy() as server, home(tmp_path, "notify_ntfy", server=server.url, **options) as hub:
        await until(lambda: server.listening)
        sent = await done(hub, await tell(hub, "Low", urgency="critical", url="https://example.org/x", confirm="On it"))
        (body,) = server.published
        assert (body["topic"], body["priority"], body["click"]) == (PRIVATE, 5, "https://example.org/x")
        assert NTFY_TOKEN not in str(body)
        # Whoever guesses the topic knows no token.
        for guess in (sent.id, f"{sent.id}.{'0' * 32}"):
            await server.say("our-answers", json.dumps({"notice": guess, "action": "#0"}))
        await server.say("our-answers", "hello")
        await asyncio.sleep(0.3)
        assert now(hub, sent).state is NoticeState.SENT
        await server.press(body)
        await done(hub, sent, NoticeState.CONFIRMED)
        server.refusing = [(429, {"Retry-After": "1"}), (413, {})]
        late = await tell(hub, "Later")
        await waits(hub, late)
        assert "refused it (413)" in (await done(hub, late, NoticeState.FAILED)).why


async def test_ntfy_without_the_token_it_wants_fails_with_why(tmp_path: Path) -> None:
    async with ntfy() as server, home(tmp_path, "notify_ntfy", server=server.url, topic=PRIVATE) as hub:
        assert "another access token" in (await done(hub, await tell(hub, "x"), NoticeState.FAILED)).why


# -- e-mail


class Box:
    def __init__(self) -> None:
        self.mails: list[EmailMessage] = []
        self.refuse = ""

    async def handle_RCPT(self, server: Any, session: Any, envelope: Any, address: str, options: Any) -> str:  # noqa: N802
        if self.refuse:
            return self.refuse
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:  # noqa: N802
        found = message_from_bytes(envelope.content, policy=default)
        assert isinstance(found, EmailMessage)
        self.mails.append(found)
        return "250 OK"


def let_in(server: Any, session: Any, envelope: Any, mechanism: str, data: Any) -> AuthResult:
    good = isinstance(data, LoginPassword) and (data.login, data.password) == (b"hub", b"right")
    return AuthResult(success=good, handled=good)


@asynccontextmanager
async def mail_server(folder: Path) -> AsyncIterator[tuple[Box, dict[str, Any]]]:
    made = make(folder / "certificates")
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(made.server, made.server_key)
    box = Box()
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    controller = Controller(
        box, hostname="127.0.0.1", port=port, tls_context=context, authenticator=let_in, auth_required=True,
        require_starttls=True
    )  # fmt: skip
    controller.start()
    options = {"host": "localhost", "port": port, "sender": "hub@example.org", "to": "ben@example.org",
               "username": "hub", "password": "right", "ca": str(made.ca)}  # fmt: skip
    try:
        yield box, options
    finally:
        controller.stop()


async def test_an_e_mail_is_sent_over_starttls_with_a_link_only_where_there_is_an_address(tmp_path: Path) -> None:
    async with mail_server(tmp_path) as (box, options), home(tmp_path, "notify_email", **options) as hub:
        sent = await done(hub, await tell(hub, "Line one\n<b>two</b>", title="Mia\r\nBcc: x@y.z", confirm="On it"))
        (mail,) = box.mails
        assert (mail["Subject"], mail["To"], mail["Bcc"]) == ("Mia Bcc: x@y.z", "ben@example.org", None)
        text, page = mail.get_body(("plain",)), mail.get_body(("html",))
        assert text is not None
        assert page is not None
        assert "Line one" in text.get_content()
        assert "http" not in text.get_content()
        assert "&lt;b&gt;two" in page.get_content()
        await hub.rooms.notify.wishes.set_base("https://home.example.org/")
        await done(hub, await tell(hub, "Again", confirm="On it"))
        again = box.mails[1].get_body(("plain",))
        assert again is not None
        assert "https://home.example.org/notifications/by-token/" in again.get_content()
        assert sent.ways["notify_email"].handle == mail["Message-ID"]
        box.refuse = "550 no such user"
        assert "550" in (await done(hub, await tell(hub, "x"), NoticeState.FAILED)).why
        box.refuse = "451 later"
        late = await tell(hub, "x")
        (way,) = await waits(hub, late)
        assert "try later (451)" in way.why


async def test_a_mail_server_that_refuses_the_password_asks_the_owner(tmp_path: Path) -> None:
    async with (
        mail_server(tmp_path) as (_, options),
        home(tmp_path, "notify_email", **{**options, "password": "wrong"}) as hub,
    ):
        status = hub.rooms.supervisor.status("notify_email")
        assert (status.state, status.problem) == (
            EntryState.NEEDS_OWNER, "the mail server refuses the user name or password",
        )  # fmt: skip


def test_a_password_goes_over_encrypted_connections_only() -> None:
    with pytest.raises(ValidationError, match="encrypted connection only"):
        MailConfig(host="mail.example.org", security="none", password="x", sender="a@b.c", to="a@b.c")


# -- MQTT


async def test_mqtt_publishes_and_is_answered_with_the_token(tmp_path: Path) -> None:
    async with house(tmp_path / "hub", people=("Ben",)) as hub:
        await hub.rooms.supervisor.add("mqtt", {})

        def session() -> Any:
            return next((one for one in sessions.values() if one.is_connected), None)

        found = await until(session, "MQTT does not run")
        await hub.rooms.notify.wishes.switch("ben", "mqtt", on=True, shared=True)
        heard: list[tuple[str, bytes]] = []
        plain = found.connection.publish

        def publish(topic: str, payload: bytes, **more: Any) -> bool:
            heard.append((topic, payload))
            return bool(plain(topic, payload, **more))

        found.connection.publish = publish
        sent = await done(hub, await tell(hub, "Feed her", confirm="Fed"))
        topic, payload = next(one for one in heard if "/notify/ben" in one[0])
        body = json.loads(payload)
        assert (topic, body["message"]) == ("homeostat/home/notify/ben", "Feed her")
        plain(f"{topic}/answer", json.dumps({"answer": sent.id, "action": "CONFIRM"}).encode(), qos=1)
        plain(f"{topic}/answer", b"nonsense", qos=1)
        await asyncio.sleep(0.3)
        assert now(hub, sent).open
        plain(f"{topic}/answer", json.dumps({"answer": body["answer"], "action": "CONFIRM"}).encode(), qos=1)
        await done(hub, sent, NoticeState.CONFIRMED)


# -- Apprise


IMGHDR = pytest.mark.filterwarnings("ignore:'imghdr' is deprecated:DeprecationWarning")


@IMGHDR
async def test_apprise_carries_it_to_the_service_of_its_address(tmp_path: Path) -> None:
    got: list[dict[str, Any]] = []

    async def take(request: web.Request) -> web.Response:
        got.append(await request.json())
        return web.Response(status=200 if len(got) == 1 else 500)

    app = web.Application()
    app.router.add_post("/", take)
    async with TestServer(app) as server:
        url = f"json://127.0.0.1:{server.port}/"
        async with home(tmp_path, "notify_apprise", url=url, host=f"127.0.0.1:{server.port}") as hub:
            await done(hub, await tell(hub, "Hello", title="x"))
            assert (got[0]["message"], got[0]["title"]) == ("Hello", "x")
            late = await tell(hub, "Again")
            (way,) = await waits(hub, late)
            assert "did not take it" in way.why


@IMGHDR
async def test_apprise_refuses_what_it_does_not_know_without_repeating_the_secret(tmp_path: Path) -> None:
    for url, words in (("nosuch://secret", "no address that Apprise understands"), ("syslog://", "own machine"),
                       ("json://elsewhere.example/", "leads to elsewhere.example")):  # fmt: skip
        async with home(tmp_path / url[:4], "notify_apprise", url=url, host="example.org") as hub:
            status = hub.rooms.supervisor.status("notify_apprise")
            assert status.state is EntryState.MISCONFIGURED
            assert words in status.problem
            assert "secret" not in status.problem


async def test_a_carer_without_a_person_has_channels_too(tmp_path: Path) -> None:
    options = {"topic": "nina", "account": "nina"}
    async with ntfy() as server, home(tmp_path, "notify_ntfy", "household", server=server.url, **options) as hub:
        await hub.rooms.accounts.add(Account("nina", "Nina", Role.CAREGIVER), PASSWORD)
        await done(hub, await tell(hub, "Hello", "nina"))
        assert server.published[0]["topic"] == "nina"
