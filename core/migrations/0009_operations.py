"""Heartbeats of scheduled tasks, and the databases that send mail.

The database that is migrated becomes live: either it is new, or it was live before this table existed. A copy that is
restored later brings this row along, but has another identity.
"""

from django.db import migrations, models

LIVE = """
    INSERT INTO core_livedatabase (identity, live_since)
    SELECT (SELECT system_identifier FROM pg_control_system()) || '/' || oid, now()
    FROM pg_database WHERE datname = current_database()
"""


class Migration(migrations.Migration):
    dependencies = [("core", "0008_moment_by_the_server")]

    operations = [
        migrations.CreateModel(
            name="Heartbeat",
            fields=[
                ("name", models.CharField(max_length=40, primary_key=True, serialize=False)),
                ("at", models.DateTimeField()),
            ],
        ),
        migrations.CreateModel(
            name="LiveDatabase",
            fields=[
                ("identity", models.CharField(max_length=100, primary_key=True, serialize=False)),
                ("live_since", models.DateTimeField()),
            ],
        ),
        migrations.RunSQL(LIVE, migrations.RunSQL.noop),
    ]
