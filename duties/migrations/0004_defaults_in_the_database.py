"""A default for processes of an older version, which do not know the column."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("duties", "0003_reminder_mail_key"),
    ]

    operations = [
        migrations.AlterField(
            model_name="sentreminder",
            name="mail_key",
            field=models.CharField(blank=True, db_default="", db_index=True, max_length=200),
        ),
    ]
