"""Create the table for the keys of forms that post, so that a double click acts once."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("core", "0003_mail_unfinished"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="FormPost",
            fields=[
                ("key", models.UUIDField(primary_key=True, serialize=False)),
                ("path", models.CharField(max_length=300)),
                ("location", models.CharField(blank=True, max_length=500)),
                ("at", models.DateTimeField(db_index=True)),
                (
                    "person",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
        ),
    ]
