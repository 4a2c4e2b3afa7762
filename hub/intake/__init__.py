"""The one door: sample -> reading -> history -> state -> told."""

from hub.intake.door import Intake, IntakeStore
from hub.intake.figures import COMMIT_BOUNDS, Figures

__all__ = ["COMMIT_BOUNDS", "Figures", "Intake", "IntakeStore"]
