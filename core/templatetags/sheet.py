"""A template tag that only the sheet of components uses."""

from typing import Any

from django import template
from django.template.context import Context
from django.template.loader import get_template

from core.components import Example

register = template.Library()


@register.simple_tag(takes_context=True)
def example(context: Context, shown: Example) -> str:
    """Draw a component with the values of its example, as `{% include %}` with these values would."""
    # The backend's template would start a new context. The template inside it uses the context of this page.
    found: Any = get_template(shown.component.template)
    with context.push(**shown.values):
        return found.template.render(context)
