"""Nothing is left to do: policies, which this laid anew, are laid after each `migrate` now (core.tenancy)."""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("groups", "0003_group_logo")]

    operations = []
