"""Form fields for what Home Assistant calls selectors, and for ours."""

from web.selectors.fields import field, fit, read, render
from web.selectors.form import Form
from web.selectors.house import Offer, offers

__all__ = ["Form", "Offer", "field", "fit", "offers", "read", "render"]
