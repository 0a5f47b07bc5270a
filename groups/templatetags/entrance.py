"""The count on the sign-in pages: as many strokes as there are groups at work."""

from django import template
from django.core.cache import cache

from groups.models import Group

register = template.Library()

AN_HOUR = 3600


@register.simple_tag
def groups_at_work() -> int:
    """How many groups stand today and report each year; counted afresh every hour."""
    kept = cache.get_or_set(
        "entrance:groups",
        lambda: Group.objects.open().filter(category__reports_annually=True).count(),
        AN_HOUR,
    )
    return int(kept or 0)
