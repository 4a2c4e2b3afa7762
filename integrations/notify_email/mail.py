"""A message of text and simple HTML, handed to the mail server in a thread."""

from __future__ import annotations

import asyncio
import html
import smtplib
import ssl
from collections.abc import Callable
from email.message import EmailMessage
from email.utils import format_datetime, make_msgid
from typing import Any

from hub.api import AuthFailed, BadReading, Context, Delivery, NotReady, Outbound, Urgency

PATIENCE = 25.0
"""Seconds for each step of the conversation."""


async def send(ctx: Context, going: Outbound) -> Delivery:
    made = message(ctx.config, going)
    await _speak(ctx, lambda server: server.send_message(made))
    return Delivery(handle=str(made["Message-ID"]))


async def check(ctx: Context) -> None:
    await _speak(ctx, lambda server: server.noop())


def message(config: Any, going: Outbound) -> EmailMessage:
    """A link to answer only where the hub has an address from outside."""
    notice, made = going.notice, EmailMessage()
    first = going.message.splitlines()[0] if going.message else ""
    subject = going.title if going.title != "Homeostat" else first
    made["Subject"] = " ".join(subject.split())[:200] or "Homeostat"
    made["From"], made["To"] = f"Homeostat <{config.sender}>", config.to
    made["Date"], made["Message-ID"] = format_datetime(notice.at), make_msgid(domain=config.sender.partition("@")[2])
    made["Auto-Submitted"] = "auto-generated"
    if isinstance(going.handle, str):
        made["In-Reply-To"] = made["References"] = going.handle
    if notice.urgency is not Urgency.INFO:
        made["Importance"], made["X-Priority"] = "high", "1" if notice.urgency is Urgency.CRITICAL else "2"
    answer = f"{going.base}/notifications/by-token/{going.token}" if going.base and notice.buttons else ""
    more = f"{going.base}/notifications" if going.base else ""
    text = "\n\n".join(
        one
        for one in (going.message, f"Answer: {answer}" if answer else "", f"In Homeostat: {more}" if more else "")
        if one
    )
    made.set_content(text + "\n")
    parts = [f"<p>{html.escape(one)}</p>" for one in going.message.split("\n") if one.strip()]
    if answer:
        words = html.escape(", ".join(one.title for one in notice.buttons))
        parts.append(f'<p><a href="{html.escape(answer)}">{words}</a></p>')
    if more:
        parts.append(f'<p><a href="{html.escape(more)}">Open Homeostat</a></p>')
    title = f"<h2>{html.escape(going.title)}</h2>" if going.title != "Homeostat" else ""
    made.add_alternative(f"<!doctype html><html><body>{title}{''.join(parts)}</body></html>", subtype="html")
    return made


async def _speak(ctx: Context, say: Callable[[smtplib.SMTP], Any]) -> None:
    """Raises NotReady, AuthFailed, BadReading."""
    try:
        await asyncio.to_thread(_converse, ctx.config, say)
    except smtplib.SMTPAuthenticationError as error:
        if error.smtp_code < 500:
            raise NotReady(f"the mail server takes no sign-in now ({error.smtp_code})") from None
        raise AuthFailed("the mail server refuses the user name or password") from None
    except smtplib.SMTPNotSupportedError as error:
        raise AuthFailed(f"the mail server can't do that: {error}; choose another encryption") from None
    except smtplib.SMTPResponseException as error:
        raise _refused(error.smtp_code, error.smtp_error) from None
    except smtplib.SMTPRecipientsRefused as error:
        code, words = next(iter(error.recipients.values()))
        raise _refused(code, words) from None
    except ssl.SSLCertVerificationError as error:
        raise NotReady(f"the mail server's certificate is not trusted ({error.verify_message})") from None
    except (OSError, smtplib.SMTPException) as error:
        raise NotReady(f"the mail server can't be reached ({type(error).__name__})") from None


def _converse(config: Any, say: Callable[[smtplib.SMTP], Any]) -> None:
    context = ssl.create_default_context(cafile=config.ca or None)
    server = (
        smtplib.SMTP_SSL(config.host, config.port, timeout=PATIENCE, context=context)
        if config.security == "tls"
        else smtplib.SMTP(config.host, config.port, timeout=PATIENCE)
    )
    with server:
        if config.security == "starttls":
            server.starttls(context=context)
        if config.username:
            server.login(config.username, config.password.get_secret_value())
        say(server)


def _refused(code: int, words: bytes | str) -> Exception:
    told = words.decode(errors="replace") if isinstance(words, bytes) else words
    if 400 <= code < 500:
        return NotReady(f"the mail server asks to try later ({code})")
    return BadReading(f"the mail server refused it ({code} {told[:120]})")
