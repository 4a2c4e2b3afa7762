"""The whole view of one actor."""

from __future__ import annotations

from hub.view.acting import ActingView
from hub.view.asking import AskingView
from hub.view.automations import AutomationsView
from hub.view.backtests import BacktestsView
from hub.view.backups import BackupsView
from hub.view.blueprints import BlueprintsView
from hub.view.choosing import ChoosingView
from hub.view.consents import ConsentsView
from hub.view.factors import FactorsView
from hub.view.house import HouseView
from hub.view.identities import IdentitiesView
from hub.view.journal import JournalView
from hub.view.network import NetworkView
from hub.view.notices import NoticesView
from hub.view.privacy import PrivacyView
from hub.view.readings import ReadingsView
from hub.view.scripts import ScriptsView


class View(
    BacktestsView,
    BlueprintsView,
    ScriptsView,
    AutomationsView,
    BackupsView,
    NetworkView,
    PrivacyView,
    ReadingsView,
    JournalView,
    HouseView,
    IdentitiesView,
    AskingView,
    ConsentsView,
    FactorsView,
    ActingView,
    ChoosingView,
    NoticesView,
):
    """Everything one actor may see and do; each question is answered by the one rule at the moment it is asked."""
