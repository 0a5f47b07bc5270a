"""The channel of an act (page, job, command) gets the name that the code uses."""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("core", "0006_scope_asked_once")]

    operations = [migrations.RenameField("auditentry", "way", "channel")]
