"""Mail: whether the address was refused, and where an answer goes."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("core", "0010_kept_texts"),
    ]

    operations = [
        migrations.AddField(
            model_name="outgoingmail",
            name="address_refused",
            field=models.BooleanField(db_default=False, default=False),
        ),
        migrations.AddField(
            model_name="outgoingmail",
            name="reply_to",
            field=models.EmailField(blank=True, db_default="", max_length=254),
        ),
    ]
