"""Create the table of the cache that limits use when Redis does not answer.

This migration also set policies and append-only marks. Now they are set after each `migrate` (core.tenancy).
"""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("core", "0001_initial")]

    operations = [
        # Limits use this table when Redis does not answer (django.core.cache.backends.db).
        migrations.RunSQL(
            """CREATE TABLE core_cache (cache_key varchar(255) PRIMARY KEY, value text NOT NULL, expires timestamptz NOT NULL);
               CREATE INDEX core_cache_expires ON core_cache (expires);""",
            "DROP TABLE core_cache",
        ),
    ]
