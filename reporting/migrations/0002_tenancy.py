"""What the database itself holds: each row stays in its group, parents too; dated rows are only added."""

from django.db import migrations

from core.db import append_only, row_level_security, same_group


class Migration(migrations.Migration):
    dependencies = [("reporting", "0001_initial")]

    operations = [
        row_level_security("reporting_targetset"),
        row_level_security("reporting_targetsetevent"),
        row_level_security("reporting_target"),
        row_level_security("reporting_targetevent"),
        row_level_security("reporting_progress"),
        row_level_security("reporting_progressevent"),
        row_level_security("reporting_report"),
        row_level_security("reporting_reportevent"),
        row_level_security("reporting_reportsection"),
        row_level_security("reporting_reportsectionevent"),
        row_level_security("reporting_reviewcomment"),
        row_level_security("reporting_reviewcommentevent"),
        row_level_security("reporting_reportgrant"),
        row_level_security("reporting_reportgrantevent"),
        row_level_security("reporting_reportsubmission"),
        row_level_security("reporting_reportdecision"),
        same_group("reporting_target", "target_set_id", "reporting_targetset"),
        same_group("reporting_progress", "target_id", "reporting_target"),
        same_group("reporting_reportsection", "report_id", "reporting_report"),
        same_group("reporting_reportsubmission", "report_id", "reporting_report"),
        same_group("reporting_reportdecision", "submission_id", "reporting_reportsubmission"),
        same_group("reporting_reviewcomment", "report_id", "reporting_report"),
        same_group("reporting_reportgrant", "content_object_id", "reporting_report"),
        append_only("reporting_reportsubmission"),
        append_only("reporting_reportdecision"),
    ]
