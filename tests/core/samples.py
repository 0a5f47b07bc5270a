"""Sample objects for the test of every route: a text that the portal keeps for a person."""

import uuid

from core import clock
from core.models import KeptReason, KeptText


def kept_text(group, cast):
    """A draft of a person of the group."""
    row = KeptText.objects.create(
        form=uuid.uuid4(),
        person=cast["LE" if group.slug == "cat" else "OM"],
        place=f"/g/{group.slug}/details/",
        fields="_label=mission%3AMission&mission=To+know+every+cat",
        reason=KeptReason.DRAFT,
        at=clock.now(),
    )
    return {"form": row.pk, "_owner": "LE" if group.slug == "cat" else "OM"}


SAMPLES = {"core:kept-text": kept_text}
