"""Invitations: when and why a mail server refused the address."""

import pgtrigger.compiler
import pgtrigger.migrations
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("members", "0007_invitations_end_with_the_day"),
    ]

    operations = [
        pgtrigger.migrations.RemoveTrigger(
            model_name="handshake",
            name="insert_insert",
        ),
        pgtrigger.migrations.RemoveTrigger(
            model_name="handshake",
            name="update_update",
        ),
        pgtrigger.migrations.RemoveTrigger(
            model_name="handshake",
            name="delete_delete",
        ),
        migrations.AddField(
            model_name="handshake",
            name="refused_at",
            field=models.DateTimeField(blank=True, null=True),
        ),
        migrations.AddField(
            model_name="handshake",
            name="refused_why",
            field=models.CharField(blank=True, db_default="", max_length=300),
        ),
        migrations.AddField(
            model_name="handshakeevent",
            name="refused_at",
            field=models.DateTimeField(blank=True, null=True),
        ),
        migrations.AddField(
            model_name="handshakeevent",
            name="refused_why",
            field=models.CharField(blank=True, db_default="", max_length=300),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="handshake",
            trigger=pgtrigger.compiler.Trigger(
                name="insert_insert",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func='INSERT INTO "members_handshakeevent" ("closed_at", "closed_by_id", "closing_word", "conditions_id", "email", "expires_at", "family_name", "given_name", "group_id", "id", "language", "leader_signed_at", "leader_signed_by_id", "message", "origin", "person_id", "person_signed_at", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "quadrennium_id", "refused_at", "refused_why", "signed_in_leaders_place", "started_at", "started_by_id", "state") VALUES (NEW."closed_at", NEW."closed_by_id", NEW."closing_word", NEW."conditions_id", NEW."email", NEW."expires_at", NEW."family_name", NEW."given_name", NEW."group_id", NEW."id", NEW."language", NEW."leader_signed_at", NEW."leader_signed_by_id", NEW."message", NEW."origin", NEW."person_id", NEW."person_signed_at", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, NOW(), \'insert\', NEW."id", NEW."quadrennium_id", NEW."refused_at", NEW."refused_why", NEW."signed_in_leaders_place", NEW."started_at", NEW."started_by_id", NEW."state"); RETURN NULL;',
                    hash="9538d303f265b16220a4d927fba1f804feb66be2",
                    operation="INSERT",
                    pgid="pgtrigger_insert_insert_063cd",
                    table="members_handshake",
                    when="AFTER",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="handshake",
            trigger=pgtrigger.compiler.Trigger(
                name="update_update",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    condition='WHEN (OLD."closed_at" IS DISTINCT FROM (NEW."closed_at") OR OLD."closed_by_id" IS DISTINCT FROM (NEW."closed_by_id") OR OLD."closing_word" IS DISTINCT FROM (NEW."closing_word") OR OLD."conditions_id" IS DISTINCT FROM (NEW."conditions_id") OR OLD."email" IS DISTINCT FROM (NEW."email") OR OLD."expires_at" IS DISTINCT FROM (NEW."expires_at") OR OLD."family_name" IS DISTINCT FROM (NEW."family_name") OR OLD."given_name" IS DISTINCT FROM (NEW."given_name") OR OLD."group_id" IS DISTINCT FROM (NEW."group_id") OR OLD."id" IS DISTINCT FROM (NEW."id") OR OLD."language" IS DISTINCT FROM (NEW."language") OR OLD."leader_signed_at" IS DISTINCT FROM (NEW."leader_signed_at") OR OLD."leader_signed_by_id" IS DISTINCT FROM (NEW."leader_signed_by_id") OR OLD."message" IS DISTINCT FROM (NEW."message") OR OLD."origin" IS DISTINCT FROM (NEW."origin") OR OLD."person_id" IS DISTINCT FROM (NEW."person_id") OR OLD."person_signed_at" IS DISTINCT FROM (NEW."person_signed_at") OR OLD."quadrennium_id" IS DISTINCT FROM (NEW."quadrennium_id") OR OLD."refused_at" IS DISTINCT FROM (NEW."refused_at") OR OLD."refused_why" IS DISTINCT FROM (NEW."refused_why") OR OLD."signed_in_leaders_place" IS DISTINCT FROM (NEW."signed_in_leaders_place") OR OLD."started_at" IS DISTINCT FROM (NEW."started_at") OR OLD."started_by_id" IS DISTINCT FROM (NEW."started_by_id") OR OLD."state" IS DISTINCT FROM (NEW."state"))',
                    func='INSERT INTO "members_handshakeevent" ("closed_at", "closed_by_id", "closing_word", "conditions_id", "email", "expires_at", "family_name", "given_name", "group_id", "id", "language", "leader_signed_at", "leader_signed_by_id", "message", "origin", "person_id", "person_signed_at", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "quadrennium_id", "refused_at", "refused_why", "signed_in_leaders_place", "started_at", "started_by_id", "state") VALUES (NEW."closed_at", NEW."closed_by_id", NEW."closing_word", NEW."conditions_id", NEW."email", NEW."expires_at", NEW."family_name", NEW."given_name", NEW."group_id", NEW."id", NEW."language", NEW."leader_signed_at", NEW."leader_signed_by_id", NEW."message", NEW."origin", NEW."person_id", NEW."person_signed_at", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, NOW(), \'update\', NEW."id", NEW."quadrennium_id", NEW."refused_at", NEW."refused_why", NEW."signed_in_leaders_place", NEW."started_at", NEW."started_by_id", NEW."state"); RETURN NULL;',
                    hash="b51b84266a7b959fe73fcf4a4635ef40aa8d6102",
                    operation="UPDATE",
                    pgid="pgtrigger_update_update_3cb45",
                    table="members_handshake",
                    when="AFTER",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="handshake",
            trigger=pgtrigger.compiler.Trigger(
                name="delete_delete",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func='INSERT INTO "members_handshakeevent" ("closed_at", "closed_by_id", "closing_word", "conditions_id", "email", "expires_at", "family_name", "given_name", "group_id", "id", "language", "leader_signed_at", "leader_signed_by_id", "message", "origin", "person_id", "person_signed_at", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "quadrennium_id", "refused_at", "refused_why", "signed_in_leaders_place", "started_at", "started_by_id", "state") VALUES (OLD."closed_at", OLD."closed_by_id", OLD."closing_word", OLD."conditions_id", OLD."email", OLD."expires_at", OLD."family_name", OLD."given_name", OLD."group_id", OLD."id", OLD."language", OLD."leader_signed_at", OLD."leader_signed_by_id", OLD."message", OLD."origin", OLD."person_id", OLD."person_signed_at", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, NOW(), \'delete\', OLD."id", OLD."quadrennium_id", OLD."refused_at", OLD."refused_why", OLD."signed_in_leaders_place", OLD."started_at", OLD."started_by_id", OLD."state"); RETURN NULL;',
                    hash="874c580c49af0743598340ed25b1d79a835baf0d",
                    operation="DELETE",
                    pgid="pgtrigger_delete_delete_931c2",
                    table="members_handshake",
                    when="AFTER",
                ),
            ),
        ),
    ]
