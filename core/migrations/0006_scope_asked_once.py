"""Does nothing any more: it set the policies again, and now they are set after each `migrate` (core.tenancy)."""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("core", "0005_mail_holds_secret")]

    operations = []
