"""What the database itself holds: each row stays in its group, parents too; dated rows are only added."""

from django.db import migrations

from core.db import append_only, row_level_security


class Migration(migrations.Migration):
    dependencies = [("core", "0001_initial")]

    operations = [
        row_level_security("core_auditentry", groupless=True),
        append_only("core_auditentry"),
        # The second leg of the limits when Redis is away (django.core.cache.backends.db).
        migrations.RunSQL(
            """CREATE TABLE core_cache (cache_key varchar(255) PRIMARY KEY, value text NOT NULL, expires timestamptz NOT NULL);
               CREATE INDEX core_cache_expires ON core_cache (expires);""",
            "DROP TABLE core_cache",
        ),
    ]
