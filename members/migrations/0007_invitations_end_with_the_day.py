"""Open invitations end at the end of their last day in UTC, as pages and mails say, and not at the hour they were sent."""

from django.db import migrations

# One message to the database, because core.pg sends the scope of the process before each one.
TO_THE_END_OF_THE_DAY = """
SELECT set_config('app.scope', '*', true);
UPDATE members_handshake
   SET expires_at = (date_trunc('day', expires_at AT TIME ZONE 'UTC') + interval '1 day - 1 microsecond')
                    AT TIME ZONE 'UTC'
 WHERE state = 'invited' AND expires_at IS NOT NULL;
SELECT set_config('app.scope', '', true)
"""


class Migration(migrations.Migration):
    dependencies = [("members", "0006_signed_handshakes")]

    operations = [migrations.RunSQL(TO_THE_END_OF_THE_DAY, migrations.RunSQL.noop)]
