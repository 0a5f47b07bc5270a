"""Only Key Species Results whose wording is known are offered: 1 to 7 of the plan 2021–2025.

The loader copied the list of 2021–2025 into the plan of 2026–2029, and had a note in place of the title of number 8.
Targets may name these rows, so the rows stay. They are not listed any more, and pages show their number without a
title. Rows that the Chair's Office entered have another source and do not change.
"""

from typing import Any

from django.db import migrations, models

PUBLIC = "public: iucn-members.us/post/iucn-species-strategic-plan-2021-2025"
INFERRED = "component inferred from consecutive numbering; wording unverified"


def unlist(apps: Any, schema_editor: Any) -> None:
    results = apps.get_model("reporting", "KeyResult").objects.using(schema_editor.connection.alias)
    results.filter(source=PUBLIC).exclude(plan__quadrennium__label="2021–2025").update(listed=False)
    results.filter(source=INFERRED).update(listed=False)


def list_again(apps: Any, schema_editor: Any) -> None:
    """Nothing: going back removes the column."""


class Migration(migrations.Migration):
    dependencies = [("reporting", "0005_report_grant_ending")]

    operations = [
        migrations.AddField("keyresult", "listed", models.BooleanField(db_default=True)),
        migrations.RunPython(unlist, list_again),
    ]
