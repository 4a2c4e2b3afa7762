"""Encrypted backups: list, make, verify, restore, targets, and the jobs that do it; for the owner."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Annotated, Any, Literal

from pydantic import Field
from typing_extensions import TypedDict

from hub.errors import Conflict
from web.rest.endpoint import Call, Endpoint
from web.rest.fields import Body

if TYPE_CHECKING:
    from hub.view import BackupJob, BackupPreview

Text = Annotated[str, Field(max_length=500)]
Secret = Annotated[str, Field(max_length=2_000)]
Count = Annotated[int, Field(ge=0, le=1_000)]


class BackupShape(TypedDict):
    backup: str
    """What other addresses take: `target:name`."""
    name: str
    target: str
    made_at: str
    bytes: int
    verified_at: str | None
    rows: int | None
    problem: str | None


class BackupTargetShape(TypedDict):
    id: str
    kind: str
    name: str
    where: str
    days: int
    weeks: int
    months: int
    verify: bool
    success_at: str | None
    failing_since: str | None
    problem: str | None


class BackupJobShape(TypedDict):
    id: str
    kind: str
    state: str
    """`running`, `done` or `failed`."""
    share: float | None
    words: str
    started_at: datetime
    ended_at: datetime | None
    error: str | None
    result: dict[str, Any]


class BackupJobs(TypedDict):
    jobs: list[BackupJobShape]


class BackupList(TypedDict):
    public_key: str | None
    """Null: there is no recovery key yet, and no encrypted backup is made."""
    verified_at: datetime | None
    verified_rows: int | None
    backups: list[BackupShape]


class BackupTargets(TypedDict):
    targets: list[BackupTargetShape]


class BackupPreviewShape(TypedDict):
    candidate: str
    """What `POST /hub/v1/backups/restore` takes."""
    made_at: datetime
    program: str
    rows: int
    readings: int
    people: list[str]
    erased: int
    lacking: int
    bytes: int


class TheBackup(Body):
    backup: Annotated[str, Field(max_length=300, description="As the list names it: `target:name`, or a name.")]


class ChosenBackup(TheBackup):
    key: Annotated[Secret, Field(description="The recovery key, where it is not this household's.")] = ""


class WishedRestore(Body):
    candidate: Annotated[str, Field(max_length=40, description="Of the preview.")]
    confirm: Annotated[str, Field(max_length=40, description="The word `restore`.")]
    settings: Annotated[bool, Field(description="False: hub.yaml and the other settings stay as they are.")] = True


class WishedTarget(Body):
    kind: Literal["folder", "s3", "webdav"]
    name: Text | None = None
    folder: Text | None = None
    url: Text | None = None
    user: Text | None = None
    secret: Secret | None = None
    bucket: Text | None = None
    prefix: Text | None = None
    region: Text | None = None
    path_style: bool = True
    days: Count = 7
    weeks: Count = 4
    months: Count = 12
    verify: bool = True


def backup_job_shape(one: BackupJob) -> BackupJobShape:
    return {
        "id": one.id, "kind": one.kind, "state": one.state, "share": one.share, "words": one.words,
        "started_at": one.started_at, "ended_at": one.ended_at, "error": one.error or None, "result": one.result,
    }  # fmt: skip


def preview_shape(candidate: str, one: BackupPreview) -> BackupPreviewShape:
    return {
        "candidate": candidate, "made_at": one.made_at, "program": one.program, "rows": one.rows,
        "readings": one.readings, "people": list(one.people), "erased": one.erased, "lacking": one.lacking,
        "bytes": one.bytes,
    }  # fmt: skip


async def list_backups(call: Call) -> BackupList:
    state = call.view.backups()
    rows: list[BackupShape] = [
        {
            "backup": f"{one['target']}:{one['name']}", "name": one["name"], "target": one["target"],
            "made_at": one["made_at"], "bytes": one["bytes"], "verified_at": one["verified_at"], "rows": one["rows"],
            "problem": one["problem"],
        }
        for one in state.backups
    ]  # fmt: skip
    at, compared = state.verified or (None, None)
    return {"public_key": state.public_key or None, "verified_at": at, "verified_rows": compared, "backups": rows}


async def create_backup(call: Call) -> BackupJobShape:
    return backup_job_shape(await call.view.make_backup())


async def verify_backup(call: Call) -> BackupJobShape:
    body: TheBackup = call.body
    return backup_job_shape(await call.view.verify_backup(body.backup))


async def preview_backup(call: Call) -> BackupPreviewShape:
    body: ChosenBackup = call.body
    candidate, job = await call.view.choose_backup(body.backup)
    if job is not None:
        await job.ended.wait()
        if job.error:
            raise Conflict(job.error)
    candidate.key = body.key
    return preview_shape(candidate.id, await call.view.preview_backup(candidate))


async def restore_backup(call: Call) -> BackupJobShape:
    body: WishedRestore = call.body
    candidate = call.view.chosen_backup(body.candidate)
    job = await call.view.restore_backup(candidate, confirm=body.confirm, settings=body.settings)
    return backup_job_shape(job)


async def list_backup_targets(call: Call) -> BackupTargets:
    return {
        "targets": [
            {
                "id": spec.id, "kind": spec.kind, "name": spec.name, "where": spec.where, "days": spec.days,
                "weeks": spec.weeks, "months": spec.months, "verify": spec.verify,
                "success_at": doing.success_at or None, "failing_since": doing.failing_since or None,
                "problem": doing.problem or None,
            }
            for spec, doing in call.view.backups().targets
        ]
    }  # fmt: skip


async def add_backup_target(call: Call) -> BackupJobShape:
    body: WishedTarget = call.body
    return backup_job_shape(await call.view.try_target(body.model_dump()))


async def test_backup_target(call: Call) -> BackupJobShape:
    return backup_job_shape(await call.view.test_target(call.path["target"]))


async def remove_backup_target(call: Call) -> BackupTargets:
    await call.view.remove_target(call.path["target"])
    return await list_backup_targets(call)


async def list_backup_jobs(call: Call) -> BackupJobs:
    return {"jobs": [backup_job_shape(one) for one in call.view.backup_jobs()]}


async def read_backup_job(call: Call) -> BackupJobShape:
    return backup_job_shape(call.view.backup_job(call.path["job"]))


AT = "/hub/v1/backups"
ENDPOINTS = (
    Endpoint("GET", AT, "Backups in every target", "backups", list_backups, BackupList, errors=(409,)),
    Endpoint("POST", AT, "Make a backup now", "backups", create_backup, BackupJobShape, status=202, errors=(409,)),
    Endpoint(
        "POST", f"{AT}/verify", "Restore one on trial", "backups", verify_backup, BackupJobShape, body=TheBackup,
        status=202,
    ),
    Endpoint(
        "POST", f"{AT}/preview", "What a backup holds", "backups", preview_backup, BackupPreviewShape,
        body=ChosenBackup,
    ),
    Endpoint(
        "POST", f"{AT}/restore", "Go back to a backup", "backups", restore_backup, BackupJobShape, body=WishedRestore,
        status=202, description="The hub starts anew when the job is done; everyone signs in anew.",
    ),
    Endpoint("GET", f"{AT}/targets", "Where backups go", "backups", list_backup_targets, BackupTargets, errors=(409,)),
    Endpoint(
        "POST", f"{AT}/targets", "Try a target, and keep it when it works", "backups", add_backup_target,
        BackupJobShape, body=WishedTarget, status=202,
    ),
    Endpoint(
        "POST", f"{AT}/targets/{{target}}/test", "Try a target", "backups", test_backup_target, BackupJobShape,
        status=202, errors=(409,),
    ),
    Endpoint(
        "DELETE", f"{AT}/targets/{{target}}", "Send nothing there any more", "backups", remove_backup_target,
        BackupTargets, errors=(409,),
    ),
    Endpoint("GET", f"{AT}/jobs", "Work on backups, the newest first", "backups", list_backup_jobs, BackupJobs),
    Endpoint("GET", f"{AT}/jobs/{{job}}", "How far a job is", "backups", read_backup_job, BackupJobShape),
)  # fmt: skip
