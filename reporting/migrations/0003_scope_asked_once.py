"""The scope is asked once for a statement, not once for a row (core.db)."""

from django.db import migrations

from core.db import renewed_policies


class Migration(migrations.Migration):
    dependencies = [("reporting", "0002_tenancy")]

    operations = [
        renewed_policies(
            "reporting_targetset",
            "reporting_targetsetevent",
            "reporting_target",
            "reporting_targetevent",
            "reporting_progress",
            "reporting_progressevent",
            "reporting_report",
            "reporting_reportevent",
            "reporting_reportsection",
            "reporting_reportsectionevent",
            "reporting_reviewcomment",
            "reporting_reviewcommentevent",
            "reporting_reportgrant",
            "reporting_reportgrantevent",
            "reporting_reportsubmission",
            "reporting_reportdecision",
        ),
    ]
