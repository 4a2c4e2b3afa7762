"""What one actor may see and do: the only thing pages, REST and routes read."""

from hub.access import BrowserSession, Invitation, Passkey, Place, Reach, until_of
from hub.access.asking import Wish
from hub.access.openid import Identity, Purpose
from hub.archive import Erasure, Going, Job, Rule
from hub.automation.at_work import Kept
from hub.automation.at_work.remembered import plain
from hub.automation.blueprint import Blueprint, BlueprintInput, Section
from hub.automation.check import check_part, read_yaml
from hub.automation.flaws import AutomationInvalid, Flaw, dotted
from hub.automation.replay.room import BacktestJob
from hub.automation.scenes import KeptScene
from hub.automation.scripts import KeptScript
from hub.automation.services.catalogue import ActionFacts
from hub.automation.shelf import Item as BlueprintItem
from hub.automation.shelf import Preview as BlueprintPreview
from hub.automation.shelf import Update as BlueprintUpdate
from hub.automation.shelf import does
from hub.automation.trace import Trace
from hub.automation.words import Branch, Line, Names, Told, tell
from hub.automation.world import Directory, Seen
from hub.backup.jobs import Job as BackupJob
from hub.backup.room import Candidate as BackupCandidate
from hub.backup.room import Preview as BackupPreview
from hub.consent import Coming, Consent, Leaving
from hub.notify import Channel, Prefs, Quiet, Span
from hub.supervisor import CatalogueItem, looks_secret
from hub.template import TemplateFailed
from hub.view.asking import Why
from hub.view.automation_kinds import KindField, kinds_of
from hub.view.automation_words import as_yaml, mentioned, names_of, of_yaml, say
from hub.view.backtests import BacktestWish
from hub.view.backups import CONFIRM, BackupState
from hub.view.base import Rooms
from hub.view.blueprints import body_of, input_at
from hub.view.chart import Chart
from hub.view.credentials import browser_of
from hub.view.factors import Ways
from hub.view.figures import HubFigures
from hub.view.history import LATE_US, Rows
from hub.view.readings import IncomingReading
from hub.view.signing import SecondStep
from hub.view.view import View
from hub.view.views import SetupRequest, Views

__all__ = [
    "CONFIRM",
    "LATE_US",
    "ActionFacts",
    "AutomationInvalid",
    "BacktestJob",
    "BacktestWish",
    "BackupCandidate",
    "BackupJob",
    "BackupPreview",
    "BackupState",
    "Blueprint",
    "BlueprintInput",
    "BlueprintItem",
    "BlueprintPreview",
    "BlueprintUpdate",
    "Branch",
    "BrowserSession",
    "CatalogueItem",
    "Channel",
    "Chart",
    "Coming",
    "Consent",
    "Directory",
    "Erasure",
    "Flaw",
    "Going",
    "HubFigures",
    "Identity",
    "IncomingReading",
    "Invitation",
    "Job",
    "Kept",
    "KeptScene",
    "KeptScript",
    "KindField",
    "Leaving",
    "Line",
    "Names",
    "Passkey",
    "Place",
    "Prefs",
    "Purpose",
    "Quiet",
    "Reach",
    "Rooms",
    "Rows",
    "Rule",
    "SecondStep",
    "Section",
    "Seen",
    "SetupRequest",
    "Span",
    "TemplateFailed",
    "Told",
    "Trace",
    "View",
    "Views",
    "Ways",
    "Why",
    "Wish",
    "as_yaml",
    "body_of",
    "browser_of",
    "check_part",
    "does",
    "dotted",
    "input_at",
    "kinds_of",
    "looks_secret",
    "mentioned",
    "names_of",
    "of_yaml",
    "plain",
    "read_yaml",
    "say",
    "tell",
    "until_of",
]
