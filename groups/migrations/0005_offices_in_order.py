"""Offices: known codes, made by another person, and one of a kind at a time, which a number holds (decision 0017).

The trigger that numbers new rows is declared in groups.guards and set after `migrate`.
"""

import pgtrigger.compiler
import pgtrigger.migrations
from django.conf import settings
from django.db import migrations, models


# Rows that exist already, in the order in which they began.
# The scope is set in the same message as the statements, because the backend sets it anew before each message.
ALL_GROUPS = "SELECT set_config('app.scope', '*', true)"
NO_GROUP = "SELECT set_config('app.scope', '', true)"
FILL = """
UPDATE groups_appointment a SET number = numbered.number
FROM (SELECT id, row_number() OVER (PARTITION BY group_id, person_id, office, topic ORDER BY starts_on, id) AS number
      FROM groups_appointment) numbered
WHERE numbered.id = a.id
"""
FILL_NETWORK = """
UPDATE groups_networkappointment a SET number = numbered.number
FROM (SELECT id, row_number() OVER (PARTITION BY person_id, role, region_id ORDER BY starts_on, id) AS number
      FROM groups_networkappointment) numbered
WHERE numbered.id = a.id
"""


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0003_defaults_in_the_database"),
        ("groups", "0004_scope_asked_once"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        pgtrigger.migrations.RemoveTrigger(
            model_name="appointment",
            name="update_update",
        ),
        pgtrigger.migrations.RemoveTrigger(
            model_name="networkappointment",
            name="update_update",
        ),
        migrations.AddField(
            model_name="appointment",
            name="number",
            field=models.PositiveSmallIntegerField(db_default=0, default=0, editable=False),
        ),
        migrations.AddField(
            model_name="networkappointment",
            name="number",
            field=models.PositiveSmallIntegerField(db_default=0, default=0, editable=False),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="appointment",
            trigger=pgtrigger.compiler.Trigger(
                name="update_update",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    condition='WHEN (OLD."ends_on" IS DISTINCT FROM (NEW."ends_on") OR OLD."group_id" IS DISTINCT FROM (NEW."group_id") OR OLD."id" IS DISTINCT FROM (NEW."id") OR OLD."made_at" IS DISTINCT FROM (NEW."made_at") OR OLD."made_by_id" IS DISTINCT FROM (NEW."made_by_id") OR OLD."note" IS DISTINCT FROM (NEW."note") OR OLD."office" IS DISTINCT FROM (NEW."office") OR OLD."person_id" IS DISTINCT FROM (NEW."person_id") OR OLD."quadrennium_id" IS DISTINCT FROM (NEW."quadrennium_id") OR OLD."starts_on" IS DISTINCT FROM (NEW."starts_on") OR OLD."topic" IS DISTINCT FROM (NEW."topic"))',
                    func='INSERT INTO "groups_appointmentevent" ("ends_on", "group_id", "id", "made_at", "made_by_id", "note", "office", "person_id", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "quadrennium_id", "starts_on", "topic") VALUES (NEW."ends_on", NEW."group_id", NEW."id", NEW."made_at", NEW."made_by_id", NEW."note", NEW."office", NEW."person_id", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, NOW(), \'update\', NEW."id", NEW."quadrennium_id", NEW."starts_on", NEW."topic"); RETURN NULL;',
                    hash="0ac1a3e9c5ff366e227a6b4547de622c3df7233a",
                    operation="UPDATE",
                    pgid="pgtrigger_update_update_fdd01",
                    table="groups_appointment",
                    when="AFTER",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="networkappointment",
            trigger=pgtrigger.compiler.Trigger(
                name="update_update",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    condition='WHEN (OLD."ends_on" IS DISTINCT FROM (NEW."ends_on") OR OLD."id" IS DISTINCT FROM (NEW."id") OR OLD."made_at" IS DISTINCT FROM (NEW."made_at") OR OLD."made_by_id" IS DISTINCT FROM (NEW."made_by_id") OR OLD."person_id" IS DISTINCT FROM (NEW."person_id") OR OLD."region_id" IS DISTINCT FROM (NEW."region_id") OR OLD."role" IS DISTINCT FROM (NEW."role") OR OLD."starts_on" IS DISTINCT FROM (NEW."starts_on"))',
                    func='INSERT INTO "groups_networkappointmentevent" ("ends_on", "id", "made_at", "made_by_id", "person_id", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "region_id", "role", "starts_on") VALUES (NEW."ends_on", NEW."id", NEW."made_at", NEW."made_by_id", NEW."person_id", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, NOW(), \'update\', NEW."id", NEW."region_id", NEW."role", NEW."starts_on"); RETURN NULL;',
                    hash="0747b2837d964b55c4e72323e2f1c74244a26c4d",
                    operation="UPDATE",
                    pgid="pgtrigger_update_update_9b960",
                    table="groups_networkappointment",
                    when="AFTER",
                ),
            ),
        ),
        migrations.RunSQL(f"{ALL_GROUPS}; {FILL}; {FILL_NETWORK}; {NO_GROUP}", migrations.RunSQL.noop),
        migrations.AddConstraint(
            model_name="appointment",
            constraint=models.UniqueConstraint(
                fields=("group", "person", "office", "topic", "number"), name="appointment_one_by_one"
            ),
        ),
        migrations.AddConstraint(
            model_name="appointment",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    (
                        "office__in",
                        (
                            "chair",
                            "co_chair",
                            "deputy_chair",
                            "vice_chair",
                            "red_list_coordinator",
                            "programme_officer",
                            "treasurer",
                            "focal_point",
                            "network_support",
                            "delegate",
                        ),
                    )
                ),
                name="appointment_known_office",
            ),
        ),
        migrations.AddConstraint(
            model_name="appointment",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(
                        ("office__in", ("focal_point",)),
                        ("topic__in", ["planning", "ex_situ", "sustainable_use"]),
                    ),
                    models.Q(models.Q(("office__in", ("focal_point",)), _negated=True), ("topic", "")),
                    _connector="OR",
                ),
                name="appointment_topic_of_focal_points",
            ),
        ),
        migrations.AddConstraint(
            model_name="appointment",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("made_by__isnull", True),
                    models.Q(("made_by", models.F("person")), _negated=True),
                    _connector="OR",
                ),
                name="appointment_not_self_made",
            ),
        ),
        migrations.AddConstraint(
            model_name="appointment",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("office", "delegate"), _negated=True),
                    models.Q(("note", ""), _negated=True),
                    _connector="OR",
                ),
                name="appointment_delegation_in_writing",
            ),
        ),
        migrations.AddConstraint(
            model_name="networkappointment",
            constraint=models.UniqueConstraint(
                fields=("person", "role", "region", "number"),
                name="network_role_one_by_one",
                nulls_distinct=False,
            ),
        ),
        migrations.AddConstraint(
            model_name="networkappointment",
            constraint=models.CheckConstraint(
                condition=models.Q(("role__in", ("CS", "CA", "SC", "DC", "SM", "RR"))),
                name="network_role_known",
            ),
        ),
        migrations.AddConstraint(
            model_name="networkappointment",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("made_by__isnull", True),
                    models.Q(("made_by", models.F("person")), _negated=True),
                    _connector="OR",
                ),
                name="network_role_not_self_made",
            ),
        ),
    ]
