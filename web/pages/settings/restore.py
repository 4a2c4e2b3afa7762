"""Going back to a backup: choose or bring one, see what it holds, confirm, and wait for the hub to come back."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from aiohttp import BodyPartReader, web

from hub.errors import BadReading, Conflict, NotFound
from web import answer
from web.pages.settings.backups import HERE, form_of
from web.routing import PageRoute

if TYPE_CHECKING:
    from hub.view import BackupCandidate, View

THERE = f"{HERE}/restore"
LARGEST = {"backup": 1 << 40, "keyring": 16 << 20, "key": 4_000}
"""Bytes of what may be brought."""


async def show(request: web.Request, view: View) -> web.Response:
    view.going_back()
    state = view.backups()
    names = {spec.id: spec.name for spec, _ in state.targets}
    return answer.page(request, "settings/restore.html", state=state, names=names, problem="")


async def choose(request: web.Request, view: View) -> web.Response:
    """One that lies in a target."""
    candidate, job = await view.choose_backup((await form_of(request)).get("backup", ""))
    if job is not None:
        return answer.go(request, f"{HERE}?job={job.id}")
    return answer.go(request, f"{THERE}/{candidate.id}")


async def upload(request: web.Request, view: View) -> web.Response:
    """One from elsewhere, written to the disk as it comes in."""
    candidate = view.bring_backup()
    try:
        await received(request, candidate)
    except BaseException:
        view.drop_backup(candidate.id)
        raise
    return answer.go(request, f"{THERE}/{candidate.id}")


async def received(
    request: web.Request, candidate: BackupCandidate, check: Callable[[dict[str, str]], None] = lambda _: None
) -> None:
    """The files into their places. `check` sees the fields before the first file. Raises BadReading."""
    if request.content_type != "multipart/form-data":
        raise BadReading("a backup is brought by a form with a file in it")
    folder, fields = candidate.path.parent, dict[str, str]()
    async for part in await request.multipart():
        if not isinstance(part, BodyPartReader) or part.name is None:
            continue
        if part.name not in ("backup", "keyring") or not part.filename:
            fields[part.name] = (await part.read_chunk(LARGEST["key"])).decode(errors="replace").strip()
            continue
        check(fields)
        path = folder / ("backup.age" if part.name == "backup" else "keyring.age")
        if await _kept(part, path, LARGEST[part.name]) and part.name == "backup":
            # By its own name: it tells which key opens it.
            candidate.path = _named(path, part.filename)
    if not candidate.path.exists():
        raise BadReading("choose the file of the backup; it is called homeostat-....age")
    candidate.key = fields.get("key", "")


def _named(path: Path, name: str) -> Path:
    plain = "".join(letter for letter in name if letter.isalnum() or letter in "-.")[-80:].lstrip(".")
    if not plain.startswith("homeostat-") or not plain.endswith(".age"):
        return path
    return path.rename(path.with_name(plain))


async def _kept(part: BodyPartReader, path: Path, most: int) -> int:
    size = 0
    with path.open("wb") as file:
        while chunk := await part.read_chunk(1 << 18):
            size += len(chunk)
            if size > most:
                raise BadReading(f"{path.name} is larger than it can be")
            await asyncio.to_thread(file.write, chunk)
    if not size:
        path.unlink()
    return size


async def preview(request: web.Request, view: View) -> web.Response:
    return await _preview(request, view, view.chosen_backup(request.match_info["candidate"]))


async def give(request: web.Request, view: View) -> web.Response:
    """The recovery key that a backup wants, where it is not this household's."""
    candidate = view.chosen_backup(request.match_info["candidate"])
    candidate.key = (await form_of(request)).get("key", "")
    return await _preview(request, view, candidate)


async def restore(request: web.Request, view: View) -> web.Response:
    candidate = view.chosen_backup(request.match_info["candidate"])
    form = await form_of(request)
    try:
        job = await view.restore_backup(
            candidate, confirm=form.get("confirm", ""), settings=form.get("settings") == "on"
        )
    except Conflict as error:
        return await _preview(request, view, candidate, wrong=str(error), status=409)
    return answer.go(request, f"{HERE}?job={job.id}")


async def _preview(
    request: web.Request, view: View, candidate: BackupCandidate, *, status: int = 200, **context: Any
) -> web.Response:
    found, problem = None, ""
    try:
        found = await view.preview_backup(candidate)
    except (Conflict, NotFound, FileNotFoundError) as error:
        problem, status = str(error), 422
    given = {"wrong": "", **context}
    return answer.page(
        request,
        "settings/restore-preview.html",
        status=status,
        found=found,
        problem=problem,
        candidate=candidate,
        **given,
    )


ROUTES = (
    PageRoute("GET", THERE, show),
    PageRoute("POST", THERE, choose),
    PageRoute("POST", f"{THERE}/upload", upload),
    PageRoute("GET", f"{THERE}/{{candidate}}", preview),
    PageRoute("POST", f"{THERE}/{{candidate}}/key", give),
    PageRoute("POST", f"{THERE}/{{candidate}}", restore),
)
