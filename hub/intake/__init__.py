"""The one door: sample -> reading -> history -> state -> told."""

from hub.intake.door import Intake, IntakeStore
from hub.intake.figures import COMMIT_BOUNDS, Figures
from hub.intake.machine import Evidence, Machine
from hub.intake.trust import REMEDY

__all__ = ["COMMIT_BOUNDS", "REMEDY", "Evidence", "Figures", "Intake", "IntakeStore", "Machine"]
