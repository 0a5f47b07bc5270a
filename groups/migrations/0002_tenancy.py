"""A child stays in its parent's group.

Policies and append-only marks, which this laid as well, are laid after each `migrate` now (core.tenancy).
"""

from django.db import migrations

from core.migrations._tenancy_2026 import same_group


class Migration(migrations.Migration):
    dependencies = [("groups", "0001_initial")]

    operations = [
        same_group("groups_appointmentending", "appointment_id", "groups_appointment"),
    ]
