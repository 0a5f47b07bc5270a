"""The scope is asked once for a statement, not once for a row (core.db)."""

from django.db import migrations

from core.db import renewed_policies


class Migration(migrations.Migration):
    dependencies = [("groups", "0003_group_logo")]

    operations = [
        renewed_policies(
            "groups_appointment",
            "groups_appointmentevent",
            "groups_appointmentending",
            "groups_appointmentendingevent",
            "groups_grouplogo",
            "groups_grouplogoevent",
        ),
    ]
