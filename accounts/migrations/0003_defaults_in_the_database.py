"""A default for processes of an older version, which do not know the column."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0002_optional_mail"),
    ]

    operations = [
        migrations.AlterField(
            model_name="user",
            name="wants_optional_mail",
            field=models.BooleanField(db_default=True, default=True, verbose_name="send me optional mail"),
        ),
        migrations.AlterField(
            model_name="userevent",
            name="wants_optional_mail",
            field=models.BooleanField(db_default=True, default=True, verbose_name="send me optional mail"),
        ),
    ]
