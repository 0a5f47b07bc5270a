"""Create the table of kept texts. The key of a form also remembers what its last post said."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("core", "0009_operations"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AddField(
            model_name="formpost",
            name="content",
            field=models.CharField(blank=True, db_default="", default="", max_length=64),
        ),
        migrations.AddField(
            model_name="formpost",
            name="sequence",
            field=models.PositiveIntegerField(db_default=0, default=0),
        ),
        migrations.CreateModel(
            name="KeptText",
            fields=[
                ("form", models.UUIDField(primary_key=True, serialize=False)),
                ("place", models.CharField(max_length=300)),
                ("fields", models.TextField()),
                (
                    "reason",
                    models.CharField(
                        choices=[
                            ("draft", "Not sent yet"),
                            ("signed-out", "You were signed out"),
                            ("not-checked", "The form could not be checked"),
                            ("second-step", "A second step at sign-in was missing"),
                            ("proof", "You had to confirm that it is you"),
                            ("refused", "The portal could not do this"),
                            ("closed", "The page was not open to you"),
                        ],
                        max_length=20,
                    ),
                ),
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
            options={
                "ordering": ["-at"],
                "indexes": [models.Index(fields=["person", "place", "-at"], name="kept_by_place")],
            },
        ),
    ]
