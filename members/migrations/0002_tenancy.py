"""What the database itself holds: each row stays in its group, parents too; dated rows are only added."""

from django.db import migrations

from core.db import append_only, row_level_security, same_group


class Migration(migrations.Migration):
    dependencies = [("members", "0001_initial")]

    operations = [
        row_level_security("members_membership"),
        row_level_security("members_membershipevent"),
        row_level_security("members_membershipending"),
        row_level_security("members_membershipendingevent"),
        row_level_security("members_handshake"),
        row_level_security("members_handshakeevent"),
        same_group("members_membershipending", "membership_id", "members_membership"),
        same_group("members_membership", "handshake_id", "members_handshake"),
        append_only("members_membership"),
        append_only("members_membershipending"),
    ]
