"""What the database itself holds: each row stays in its group, parents too; dated rows are only added."""

from django.db import migrations

from core.db import append_only, row_level_security, same_group


class Migration(migrations.Migration):
    dependencies = [("groups", "0001_initial")]

    operations = [
        row_level_security("groups_appointment"),
        row_level_security("groups_appointmentevent"),
        row_level_security("groups_appointmentending"),
        row_level_security("groups_appointmentendingevent"),
        same_group("groups_appointmentending", "appointment_id", "groups_appointment"),
        append_only("groups_appointment"),
        append_only("groups_appointmentending"),
        append_only("groups_networkappointment"),
        append_only("groups_networkappointmentending"),
    ]
