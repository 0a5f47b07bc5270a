"""For the sheet of components alone."""

from django import template
from django.template.base import Template
from django.template.context import Context
from django.template.loader import get_template

from core.components import Example

register = template.Library()


@register.simple_tag(takes_context=True)
def example(context: Context, shown: Example) -> str:
    """A component with its example, drawn as an include with these attributes would draw it."""
    found: Template = get_template(shown.component.template).template
    with context.push(**shown.values):
        return found.render(context)
