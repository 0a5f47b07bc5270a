"""Handshakes: one open per address in any spelling, and each state with the signatures that it needs."""

import django.db.models.functions.text
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("groups", "0005_offices_in_order"),
        ("members", "0005_scope_asked_once"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.RemoveConstraint(
            model_name="handshake",
            name="handshake_one_open",
        ),
        migrations.AlterField(
            model_name="membership",
            name="number",
            field=models.PositiveSmallIntegerField(db_default=0, default=0, editable=False),
        ),
        migrations.AddConstraint(
            model_name="handshake",
            constraint=models.UniqueConstraint(
                models.F("group"),
                models.F("quadrennium"),
                django.db.models.functions.text.Lower("email"),
                condition=models.Q(("state__in", ["prepared", "invited", "requested"])),
                name="handshake_one_open",
            ),
        ),
        migrations.AddConstraint(
            model_name="handshake",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("state", "invited"), _negated=True),
                    models.Q(("leader_signed_at__isnull", False), ("leader_signed_by__isnull", False)),
                    _connector="OR",
                ),
                name="handshake_invited_is_signed",
            ),
        ),
        migrations.AddConstraint(
            model_name="handshake",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("state", "requested"), _negated=True),
                    models.Q(
                        ("conditions__isnull", False),
                        ("person__isnull", False),
                        ("person_signed_at__isnull", False),
                    ),
                    _connector="OR",
                ),
                name="handshake_requested_is_signed",
            ),
        ),
    ]
