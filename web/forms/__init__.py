"""Forms made from a Pydantic model's JSON schema: an author of an integration writes no form code."""

from web.forms.fields import Choice, Field, fields
from web.forms.given import Given, errors_of, values
from web.forms.titles import titled

__all__ = ["Choice", "Field", "Given", "errors_of", "fields", "titled", "values"]
