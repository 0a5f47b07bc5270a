"""Mail: mark texts with a secret link or code, which are deleted after sending."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("core", "0004_form_posts")]

    operations = [
        migrations.AddField(
            model_name="outgoingmail", name="holds_secret", field=models.BooleanField(default=False)
        ),
    ]
