"""Sent reminders name the mail that contained them."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("duties", "0002_tenancy"),
    ]

    operations = [
        migrations.AddField(
            model_name="sentreminder",
            name="mail_key",
            field=models.CharField(blank=True, db_index=True, max_length=200),
        ),
    ]
