"""The scope is asked once for a statement, not once for a row (core.db)."""

from django.db import migrations

from core.db import renewed_policies


class Migration(migrations.Migration):
    dependencies = [("members", "0004_one_membership_at_a_time")]

    operations = [
        renewed_policies(
            "members_membership",
            "members_membershipevent",
            "members_membershipending",
            "members_membershipendingevent",
            "members_handshake",
            "members_handshakeevent",
        ),
    ]
