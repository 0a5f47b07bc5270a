"""Audit: the server's time and role, set by a trigger (core.guards). Mail: defaults for processes of an older version."""

import django.db.models.functions.datetime
from django.db import migrations, models


# Entries that exist already: the portal's time is the best that is known. As owner, across all groups.
# The scope is set in the same message as the statements, because the backend sets it anew before each message.
ALL_GROUPS = "SELECT set_config('app.scope', '*', true)"
NO_GROUP = "SELECT set_config('app.scope', '', true)"
FILL = "UPDATE core_auditentry SET recorded_at = at"


class Migration(migrations.Migration):
    dependencies = [
        ("core", "0007_audit_channel"),
    ]

    operations = [
        migrations.AddField(
            model_name="auditentry",
            name="recorded_as",
            field=models.CharField(db_default="", editable=False, max_length=63),
        ),
        migrations.AddField(
            model_name="auditentry",
            name="recorded_at",
            field=models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), editable=False),
        ),
        migrations.RunSQL(f"{ALL_GROUPS}; {FILL}; {NO_GROUP}", migrations.RunSQL.noop),
        migrations.AlterField(
            model_name="outgoingmail",
            name="holds_secret",
            field=models.BooleanField(db_default=False, default=False),
        ),
        migrations.AlterField(
            model_name="outgoingmail",
            name="unfinished",
            field=models.PositiveSmallIntegerField(db_default=0, default=0),
        ),
    ]
