"""Who sent a report or targets does not send them back either; decisions have a known outcome."""

from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("groups", "0005_offices_in_order"),
        ("reporting", "0003_scope_asked_once"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.RemoveConstraint(
            model_name="report",
            name="report_two_people",
        ),
        migrations.RemoveConstraint(
            model_name="targetset",
            name="target_set_two_people",
        ),
        migrations.AddConstraint(
            model_name="report",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("state__in", ["returned", "accepted"]), _negated=True),
                    models.Q(("decided_by", models.F("submitted_by")), _negated=True),
                    _connector="OR",
                ),
                name="report_two_people",
            ),
        ),
        migrations.AddConstraint(
            model_name="reportdecision",
            constraint=models.CheckConstraint(
                condition=models.Q(("outcome__in", ["returned", "accepted"])),
                name="report_decision_known_outcome",
            ),
        ),
        migrations.AddConstraint(
            model_name="targetset",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("state__in", ["returned", "agreed"]), _negated=True),
                    models.Q(("decided_by", models.F("submitted_by")), _negated=True),
                    _connector="OR",
                ),
                name="target_set_two_people",
            ),
        ),
    ]
