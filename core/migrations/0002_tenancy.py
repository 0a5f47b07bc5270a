"""The table of the cache that limits use when Redis is away.

Policies and append-only marks, which this laid as well, are laid after each `migrate` now (core.tenancy).
"""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("core", "0001_initial")]

    operations = [
        # The second leg of the limits when Redis is away (django.core.cache.backends.db).
        migrations.RunSQL(
            """CREATE TABLE core_cache (cache_key varchar(255) PRIMARY KEY, value text NOT NULL, expires timestamptz NOT NULL);
               CREATE INDEX core_cache_expires ON core_cache (expires);""",
            "DROP TABLE core_cache",
        ),
    ]
