"""People can decline optional mail."""

import pgtrigger.compiler
import pgtrigger.migrations
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0001_initial"),
    ]

    operations = [
        pgtrigger.migrations.RemoveTrigger(
            model_name="user",
            name="insert_insert",
        ),
        pgtrigger.migrations.RemoveTrigger(
            model_name="user",
            name="update_update",
        ),
        pgtrigger.migrations.RemoveTrigger(
            model_name="user",
            name="delete_delete",
        ),
        migrations.AddField(
            model_name="user",
            name="wants_optional_mail",
            field=models.BooleanField(default=True, verbose_name="send me optional mail"),
        ),
        migrations.AddField(
            model_name="userevent",
            name="wants_optional_mail",
            field=models.BooleanField(default=True, verbose_name="send me optional mail"),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="user",
            trigger=pgtrigger.compiler.Trigger(
                name="insert_insert",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func='INSERT INTO "accounts_userevent" ("country", "email", "expertise", "family_name", "given_name", "id", "institution", "is_active", "is_staff", "is_superuser", "joined_at", "language", "orcid", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "public_email", "region_id", "search", "share_contact", "sort_key", "wants_optional_mail") VALUES (NEW."country", NEW."email", NEW."expertise", NEW."family_name", NEW."given_name", NEW."id", NEW."institution", NEW."is_active", NEW."is_staff", NEW."is_superuser", NEW."joined_at", NEW."language", NEW."orcid", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, NOW(), \'insert\', NEW."id", NEW."public_email", NEW."region_id", NEW."search", NEW."share_contact", NEW."sort_key", NEW."wants_optional_mail"); RETURN NULL;',
                    hash="8189604f40316006a0f243b9de1d768a194271bc",
                    operation="INSERT",
                    pgid="pgtrigger_insert_insert_3867c",
                    table="accounts_user",
                    when="AFTER",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="user",
            trigger=pgtrigger.compiler.Trigger(
                name="update_update",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    condition='WHEN (OLD."country" IS DISTINCT FROM (NEW."country") OR OLD."email" IS DISTINCT FROM (NEW."email") OR OLD."expertise" IS DISTINCT FROM (NEW."expertise") OR OLD."family_name" IS DISTINCT FROM (NEW."family_name") OR OLD."given_name" IS DISTINCT FROM (NEW."given_name") OR OLD."id" IS DISTINCT FROM (NEW."id") OR OLD."institution" IS DISTINCT FROM (NEW."institution") OR OLD."is_active" IS DISTINCT FROM (NEW."is_active") OR OLD."is_staff" IS DISTINCT FROM (NEW."is_staff") OR OLD."is_superuser" IS DISTINCT FROM (NEW."is_superuser") OR OLD."joined_at" IS DISTINCT FROM (NEW."joined_at") OR OLD."language" IS DISTINCT FROM (NEW."language") OR OLD."orcid" IS DISTINCT FROM (NEW."orcid") OR OLD."public_email" IS DISTINCT FROM (NEW."public_email") OR OLD."region_id" IS DISTINCT FROM (NEW."region_id") OR OLD."search" IS DISTINCT FROM (NEW."search") OR OLD."share_contact" IS DISTINCT FROM (NEW."share_contact") OR OLD."sort_key" IS DISTINCT FROM (NEW."sort_key") OR OLD."wants_optional_mail" IS DISTINCT FROM (NEW."wants_optional_mail"))',
                    func='INSERT INTO "accounts_userevent" ("country", "email", "expertise", "family_name", "given_name", "id", "institution", "is_active", "is_staff", "is_superuser", "joined_at", "language", "orcid", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "public_email", "region_id", "search", "share_contact", "sort_key", "wants_optional_mail") VALUES (NEW."country", NEW."email", NEW."expertise", NEW."family_name", NEW."given_name", NEW."id", NEW."institution", NEW."is_active", NEW."is_staff", NEW."is_superuser", NEW."joined_at", NEW."language", NEW."orcid", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, NOW(), \'update\', NEW."id", NEW."public_email", NEW."region_id", NEW."search", NEW."share_contact", NEW."sort_key", NEW."wants_optional_mail"); RETURN NULL;',
                    hash="935e0892d36bad63f6815b213776a5aea793c528",
                    operation="UPDATE",
                    pgid="pgtrigger_update_update_0e890",
                    table="accounts_user",
                    when="AFTER",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="user",
            trigger=pgtrigger.compiler.Trigger(
                name="delete_delete",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func='INSERT INTO "accounts_userevent" ("country", "email", "expertise", "family_name", "given_name", "id", "institution", "is_active", "is_staff", "is_superuser", "joined_at", "language", "orcid", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "public_email", "region_id", "search", "share_contact", "sort_key", "wants_optional_mail") VALUES (OLD."country", OLD."email", OLD."expertise", OLD."family_name", OLD."given_name", OLD."id", OLD."institution", OLD."is_active", OLD."is_staff", OLD."is_superuser", OLD."joined_at", OLD."language", OLD."orcid", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, NOW(), \'delete\', OLD."id", OLD."public_email", OLD."region_id", OLD."search", OLD."share_contact", OLD."sort_key", OLD."wants_optional_mail"); RETURN NULL;',
                    hash="a651e9d60fbfa7a433ff24443b334752d105f160",
                    operation="DELETE",
                    pgid="pgtrigger_delete_delete_19f14",
                    table="accounts_user",
                    when="AFTER",
                ),
            ),
        ),
    ]
