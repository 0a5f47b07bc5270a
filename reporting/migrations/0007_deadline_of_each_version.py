"""Each version that was sent keeps the deadline of its day, and the day to answer by stands apart from an extension.

The former deadlines come from the row history. Until now a return wrote its day over the extension and left the
reason empty, which is how the rows are told apart.
"""

import pgtrigger.compiler
import pgtrigger.migrations
from django.db import migrations, models

# The scope is set in the same message as the statements, because the backend sets it anew before each message.
ALL_GROUPS = "SELECT set_config('app.scope', '*', true)"
NO_GROUP = "SELECT set_config('app.scope', '', true)"
ANSWER_BY = """
UPDATE reporting_report r SET answer_by = r.extended_to, extended_to = NULL
 WHERE r.extended_to IS NOT NULL AND r.extended_why = '' AND r.decided_at IS NOT NULL;
UPDATE reporting_report r SET extended_to = e.extended_to, extended_why = e.extended_why
  FROM (SELECT DISTINCT ON (pgh_obj_id) pgh_obj_id, extended_to, extended_why FROM reporting_reportevent
         WHERE extended_to IS NOT NULL AND extended_why <> '' ORDER BY pgh_obj_id, pgh_id DESC) e
 WHERE e.pgh_obj_id = r.id AND r.answer_by IS NOT NULL AND r.extended_to IS NULL
"""
DUE_ON = """
UPDATE reporting_reportsubmission s
   SET due_on = coalesce(
       (SELECT e.extended_to FROM reporting_reportevent e
         WHERE e.pgh_obj_id = s.report_id AND e.submitted_at = s.submitted_at ORDER BY e.pgh_id LIMIT 1),
       y.due_on)
  FROM reporting_report r JOIN reporting_reportingyear y ON y.year = r.reporting_year_id
 WHERE r.id = s.report_id
"""


class Migration(migrations.Migration):
    dependencies = [
        ("reporting", "0006_key_results_known"),
    ]

    operations = [
        pgtrigger.migrations.RemoveTrigger(
            model_name="report",
            name="insert_insert",
        ),
        pgtrigger.migrations.RemoveTrigger(
            model_name="report",
            name="update_update",
        ),
        pgtrigger.migrations.RemoveTrigger(
            model_name="report",
            name="delete_delete",
        ),
        migrations.AddField(
            model_name="report",
            name="answer_by",
            field=models.DateField(blank=True, null=True, verbose_name="answer by"),
        ),
        migrations.AddField(
            model_name="reportevent",
            name="answer_by",
            field=models.DateField(blank=True, null=True, verbose_name="answer by"),
        ),
        migrations.AddField(
            model_name="reportsubmission",
            name="due_on",
            field=models.DateField(null=True),
        ),
        migrations.RunSQL(
            f"{ALL_GROUPS}; {ANSWER_BY}; {DUE_ON}; {NO_GROUP}",
            migrations.RunSQL.noop,
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="report",
            trigger=pgtrigger.compiler.Trigger(
                name="insert_insert",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func='INSERT INTO "reporting_reportevent" ("answer_by", "decided_at", "decided_by_id", "extended_to", "extended_why", "group_id", "id", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "reporting_year_id", "started_at", "state", "submitted_at", "submitted_by_id", "template_id") VALUES (NEW."answer_by", NEW."decided_at", NEW."decided_by_id", NEW."extended_to", NEW."extended_why", NEW."group_id", NEW."id", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, NOW(), \'insert\', NEW."id", NEW."reporting_year_id", NEW."started_at", NEW."state", NEW."submitted_at", NEW."submitted_by_id", NEW."template_id"); RETURN NULL;',
                    hash="7fa9a4602337e8a0901ee0bf4d10db5c5eae6654",
                    operation="INSERT",
                    pgid="pgtrigger_insert_insert_69d08",
                    table="reporting_report",
                    when="AFTER",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="report",
            trigger=pgtrigger.compiler.Trigger(
                name="update_update",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    condition="WHEN (OLD.* IS DISTINCT FROM NEW.*)",
                    func='INSERT INTO "reporting_reportevent" ("answer_by", "decided_at", "decided_by_id", "extended_to", "extended_why", "group_id", "id", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "reporting_year_id", "started_at", "state", "submitted_at", "submitted_by_id", "template_id") VALUES (NEW."answer_by", NEW."decided_at", NEW."decided_by_id", NEW."extended_to", NEW."extended_why", NEW."group_id", NEW."id", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, NOW(), \'update\', NEW."id", NEW."reporting_year_id", NEW."started_at", NEW."state", NEW."submitted_at", NEW."submitted_by_id", NEW."template_id"); RETURN NULL;',
                    hash="88f133db69eb9c0f4fa7351bf947795983a35bde",
                    operation="UPDATE",
                    pgid="pgtrigger_update_update_6c13c",
                    table="reporting_report",
                    when="AFTER",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="report",
            trigger=pgtrigger.compiler.Trigger(
                name="delete_delete",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func='INSERT INTO "reporting_reportevent" ("answer_by", "decided_at", "decided_by_id", "extended_to", "extended_why", "group_id", "id", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "reporting_year_id", "started_at", "state", "submitted_at", "submitted_by_id", "template_id") VALUES (OLD."answer_by", OLD."decided_at", OLD."decided_by_id", OLD."extended_to", OLD."extended_why", OLD."group_id", OLD."id", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, NOW(), \'delete\', OLD."id", OLD."reporting_year_id", OLD."started_at", OLD."state", OLD."submitted_at", OLD."submitted_by_id", OLD."template_id"); RETURN NULL;',
                    hash="33bca132b56669f6f83f50105dc9a267b8534d2f",
                    operation="DELETE",
                    pgid="pgtrigger_delete_delete_a47c2",
                    table="reporting_report",
                    when="AFTER",
                ),
            ),
        ),
    ]
