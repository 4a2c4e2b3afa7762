"""Home Assistant's template language, sandboxed and bounded, without anything that reads states."""

from hub.template.environment import Template, TemplateEnvironment, TemplateFailed
from hub.template.text import slugify

__all__ = ["Template", "TemplateEnvironment", "TemplateFailed", "slugify"]
