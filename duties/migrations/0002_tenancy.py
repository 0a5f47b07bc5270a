"""What the database itself holds: each row stays in its group, parents too; dated rows are only added."""

from django.db import migrations

from core.db import append_only


class Migration(migrations.Migration):
    dependencies = [("duties", "0001_initial")]

    operations = [
        append_only("duties_sentreminder"),
    ]
