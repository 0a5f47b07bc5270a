"""The scope is asked once for a statement, not once for a row (core.db)."""

from django.db import migrations

from core.db import renewed_policies


class Migration(migrations.Migration):
    dependencies = [("core", "0005_mail_holds_secret")]

    operations = [
        renewed_policies(
            "core_auditentry",
        ),
    ]
