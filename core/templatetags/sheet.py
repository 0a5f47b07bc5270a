"""For the sheet of components alone."""

from typing import Any

from django import template
from django.template.context import Context
from django.template.loader import get_template

from core.components import Example

register = template.Library()


@register.simple_tag(takes_context=True)
def example(context: Context, shown: Example) -> str:
    """A component with its example, drawn as an include with these attributes would draw it."""
    # The backend's template would start a new context; the one it wraps is drawn inside this page's.
    found: Any = get_template(shown.component.template)
    with context.push(**shown.values):
        return found.template.render(context)
