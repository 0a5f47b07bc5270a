"""A template tag for the sign-in pages, which draw one stroke for each group at work."""

from django import template
from django.core.cache import cache

from groups.models import Group

register = template.Library()

AN_HOUR = 3600


@register.simple_tag
def groups_at_work() -> int:
    """Return the number of open groups that report each year. The number is cached for an hour."""
    count = cache.get_or_set(
        "entrance:groups",
        lambda: Group.objects.open().filter(category__reports_annually=True).count(),
        AN_HOUR,
    )
    return int(count or 0)
