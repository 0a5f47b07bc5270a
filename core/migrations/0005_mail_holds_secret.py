"""Mail: a text with a link or code in it is not kept once it is sent."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("core", "0004_form_posts")]

    operations = [
        migrations.AddField(
            model_name="outgoingmail", name="holds_secret", field=models.BooleanField(default=False)
        ),
    ]
