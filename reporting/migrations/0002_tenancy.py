"""A child stays in its parent's group.

Policies and append-only marks, which this laid as well, are laid after each `migrate` now (core.tenancy).
"""

from django.db import migrations

from core.migrations._tenancy_2026 import same_group


class Migration(migrations.Migration):
    dependencies = [("reporting", "0001_initial")]

    operations = [
        same_group("reporting_target", "target_set_id", "reporting_targetset"),
        same_group("reporting_progress", "target_id", "reporting_target"),
        same_group("reporting_reportsection", "report_id", "reporting_report"),
        same_group("reporting_reportsubmission", "report_id", "reporting_report"),
        same_group("reporting_reportdecision", "submission_id", "reporting_reportsubmission"),
        same_group("reporting_reviewcomment", "report_id", "reporting_report"),
        same_group("reporting_reportgrant", "content_object_id", "reporting_report"),
    ]
