"""Does nothing any more: it set the append-only mark, which is now set after each `migrate` (core.tenancy)."""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("duties", "0001_initial")]

    operations = []
