"""At most one membership of a person in a group counts on any day, and the database holds it.

A trigger numbers a person's memberships of a group as they are added and refuses one that meets a day of an
earlier one, endings counted. Of two transactions that add at the same moment, neither sees the other's row, so
both take the same number, and the unique constraint lets one through. Why this and no exclusion constraint:
docs/decisions/0017-one-membership-at-a-time.md.
"""

import pgtrigger.compiler
import pgtrigger.migrations
from django.conf import settings
from django.db import migrations, models

# Rows that stand already, in the order in which they began.
# The scope is set in the same message as the statements, because the backend sets it anew before each message.
ALL_GROUPS = "SELECT set_config('app.scope', '*', true)"
NO_GROUP = "SELECT set_config('app.scope', '', true)"
FILL = """
UPDATE members_membership m SET number = numbered.number
FROM (SELECT id, row_number() OVER (PARTITION BY group_id, person_id ORDER BY starts_on, id) AS number
      FROM members_membership) numbered
WHERE numbered.id = m.id
"""
# One statement reads the highest number and the days taken, so that both come from one moment.
# A membership counts from its first day up to, and without, the day after its last or the day of its ending.
GUARD = """
CREATE FUNCTION members_membership_guard() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  taken boolean;
BEGIN
  SELECT coalesce(max(had.number), 0) + 1,
         coalesce(bool_or(had.starts_on < had.until AND had.starts_on <= NEW.ends_on AND NEW.starts_on < had.until), false)
    INTO NEW.number, taken
    FROM (SELECT m.number, m.starts_on, least(m.ends_on + 1, e.from_day) AS until
            FROM members_membership m LEFT JOIN members_membershipending e ON e.membership_id = m.id
           WHERE m.group_id = NEW.group_id AND m.person_id = NEW.person_id) had;
  IF taken THEN
    RAISE EXCEPTION 'a membership of this person in this group counts on these days already'
      USING ERRCODE = 'exclusion_violation', CONSTRAINT = 'membership_one_at_a_time', TABLE = 'members_membership';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER members_membership_guard BEFORE INSERT ON members_membership
  FOR EACH ROW EXECUTE FUNCTION members_membership_guard();
"""
UNGUARD = """
DROP TRIGGER members_membership_guard ON members_membership;
DROP FUNCTION members_membership_guard();
"""


class Migration(migrations.Migration):
    dependencies = [
        ("groups", "0003_group_logo"),
        ("members", "0003_written_moves"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        pgtrigger.migrations.RemoveTrigger(
            model_name="membership",
            name="update_update",
        ),
        migrations.AddField(
            model_name="membership",
            name="number",
            field=models.PositiveSmallIntegerField(default=0, editable=False),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="membership",
            trigger=pgtrigger.compiler.Trigger(
                name="update_update",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    condition='WHEN (OLD."conditions_id" IS DISTINCT FROM (NEW."conditions_id") OR OLD."ends_on" IS DISTINCT FROM (NEW."ends_on") OR OLD."group_id" IS DISTINCT FROM (NEW."group_id") OR OLD."handshake_id" IS DISTINCT FROM (NEW."handshake_id") OR OLD."id" IS DISTINCT FROM (NEW."id") OR OLD."made_at" IS DISTINCT FROM (NEW."made_at") OR OLD."made_by_id" IS DISTINCT FROM (NEW."made_by_id") OR OLD."person_id" IS DISTINCT FROM (NEW."person_id") OR OLD."quadrennium_id" IS DISTINCT FROM (NEW."quadrennium_id") OR OLD."starts_on" IS DISTINCT FROM (NEW."starts_on"))',
                    func='INSERT INTO "members_membershipevent" ("conditions_id", "ends_on", "group_id", "handshake_id", "id", "made_at", "made_by_id", "person_id", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "quadrennium_id", "starts_on") VALUES (NEW."conditions_id", NEW."ends_on", NEW."group_id", NEW."handshake_id", NEW."id", NEW."made_at", NEW."made_by_id", NEW."person_id", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, NOW(), \'update\', NEW."id", NEW."quadrennium_id", NEW."starts_on"); RETURN NULL;',
                    hash="d6a9029a09c555e2b2e99671b4acdecbef387674",
                    operation="UPDATE",
                    pgid="pgtrigger_update_update_f5071",
                    table="members_membership",
                    when="AFTER",
                ),
            ),
        ),
        migrations.RunSQL(f"{ALL_GROUPS}; {FILL}; {NO_GROUP}", migrations.RunSQL.noop),
        migrations.AddConstraint(
            model_name="membership",
            constraint=models.UniqueConstraint(
                fields=("group", "person", "number"), name="membership_one_by_one"
            ),
        ),
        migrations.RunSQL(GUARD, UNGUARD),
    ]
