"""The one door: sample -> reading -> history -> state -> told."""

from hub.intake.door import Intake, IntakeStore
from hub.intake.figures import Figures

__all__ = ["Figures", "Intake", "IntakeStore"]
