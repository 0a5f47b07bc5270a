"""Nothing is left to do: the append-only mark, which this laid, is laid after each `migrate` now (core.tenancy)."""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("duties", "0001_initial")]

    operations = []
