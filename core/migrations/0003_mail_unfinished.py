"""Mail: count the tries whose result is unknown."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("core", "0002_tenancy")]

    operations = [
        migrations.AddField(
            model_name="outgoingmail",
            name="unfinished",
            field=models.PositiveSmallIntegerField(default=0),
        ),
    ]
