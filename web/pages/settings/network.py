"""How the hub is reached: addresses, names, HTTPS, proxies; and the home's authority for everybody to trust."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any

from aiohttp import hdrs, web

from hub.errors import ConfigInvalid, Conflict
from hub.model import HOUSEHOLD, Verb
from web import answer, sender
from web.routing import PageRoute

if TYPE_CHECKING:
    from hub.view import View

HERE = "/settings/network"
LISTEN = (
    ("machine", "This machine only", "Nobody else can open the page. Right behind a proxy on this machine."),
    ("home", "Your home network", "Phones and computers at home; nobody from the internet."),
    ("all", "Everywhere this machine can be reached", "Only with HTTPS, and only if your router lets strangers in."),
)
TLS = (
    ("off", "None", "What you send can be read by others in the same network."),
    ("home", "Self-made", "The hub vouches for itself. Each phone is told once to trust it."),
    ("own", "Your certificate", "From Let’s Encrypt or the like, for a name that you own."),
)
SWITCHES = ("redirect", "hsts")
TEXTS = ("listen", "tls", "port", "tls_port", "hosts", "proxies")


async def show(request: web.Request, view: View) -> web.Response:
    return _page(request, view)


async def save(request: web.Request, view: View) -> web.Response:
    form = {key: str(value).strip() for key, value in (await request.post()).items()}
    given: dict[str, Any] = {name: form[name] for name in TEXTS if name in form}
    # A switch that is off says nothing; a hidden field tells that it was on the form.
    given |= {name: form.get(name) == "on" for name in SWITCHES if f"has-{name}" in form}
    try:
        state = await view.change_network(given)
    except (ConfigInvalid, Conflict) as error:
        return _page(request, view, problem=str(error), given=form, status=422)
    if state.pending is None:
        return answer.done(request, HERE, "Nothing was changed.")
    return answer.go(request, HERE)


async def wait(request: web.Request, view: View) -> web.Response:
    """How long is left; the whole page anew once nothing waits any more."""
    state = view.network()
    if state.pending is None:
        return web.Response(headers={"HX-Refresh": "true"})
    return answer.fragment(request, "settings/network_left.html", left=_left(view, state.pending.until))


async def confirm(request: web.Request, view: View) -> web.Response:
    try:
        await view.confirm_network(sender.arrival(request))
    except Conflict as error:
        return _page(request, view, problem=str(error), status=409)
    return answer.done(request, HERE, "The new network settings are kept.")


async def revert(request: web.Request, view: View) -> web.Response:
    try:
        await view.revert_network()
    except Conflict as error:
        return _page(request, view, problem=str(error), status=409)
    return answer.done(request, HERE, "The old network settings hold again.")


async def authority(request: web.Request, view: View) -> web.Response:
    """The home's authority, for phones and computers to install."""
    return web.Response(
        body=view.authority()[1],
        content_type="application/x-x509-ca-cert",
        headers={hdrs.CONTENT_DISPOSITION: 'attachment; filename="homeostat-home.crt"'},
    )


def _page(
    request: web.Request, view: View, *, problem: str = "", given: dict[str, str] | None = None, status: int = 200
) -> web.Response:
    if not view.allowed(Verb.MANAGE, HOUSEHOLD):
        fingerprint = view.authority_fingerprint()
        return answer.page(request, "settings/network_trust.html", fingerprint=fingerprint)
    state = view.network()
    waiting = state.pending
    shown = waiting.settings if waiting is not None else state.settings
    values = {
        **{name: getattr(shown, name) for name in ("listen", "tls", "port", "tls_port", *SWITCHES)},
        "hosts": "\n".join(shown.hosts),
        "proxies": "\n".join(shown.proxies),
        **({**dict.fromkeys(SWITCHES, False), **given} if given else {}),
    }
    return answer.page(
        request,
        "settings/network.html",
        status=status,
        state=state,
        values=values,
        problem=problem,
        listen=LISTEN,
        kinds=TLS,
        fingerprint=state.authority,
        left=_left(view, waiting.until) if waiting is not None else 0,
        proven=view.proves_network(sender.arrival(request)),
        path_on_it=HERE,
    )


def _left(view: View, until: datetime) -> int:
    return max(0, round((until - view.clock.now()).total_seconds()))


ROUTES = (
    PageRoute("GET", HERE, show),
    PageRoute("POST", HERE, save),
    PageRoute("GET", f"{HERE}/wait", wait),
    PageRoute("POST", f"{HERE}/confirm", confirm),
    PageRoute("POST", f"{HERE}/revert", revert),
    PageRoute("GET", f"{HERE}/authority.crt", authority),
)
