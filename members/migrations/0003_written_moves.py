"""The database holds the table of moves too: a handshake changes its state only along it.

The pairs are written out here, because a migration says what was true when it was made.
"""

from django.db import migrations

MOVES = [
    ("prepared", "invited"),
    ("prepared", "requested"),
    ("prepared", "withdrawn"),
    ("invited", "accepted"),
    ("invited", "declined"),
    ("invited", "withdrawn"),
    ("invited", "expired"),
    ("invited", "requested"),
    ("requested", "accepted"),
    ("requested", "declined"),
    ("requested", "withdrawn"),
    ("expired", "invited"),
    ("expired", "withdrawn"),
]
PAIRS = ", ".join(f"('{before}', '{after}')" for before, after in MOVES)

FORWARDS = f"""
CREATE FUNCTION members_handshake_moves() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF (OLD.state, NEW.state) NOT IN ({PAIRS}) THEN
    RAISE EXCEPTION 'a handshake does not move from % to %', OLD.state, NEW.state
      USING ERRCODE = 'check_violation', CONSTRAINT = 'handshake_moves', TABLE = 'members_handshake';
  END IF;
  IF OLD.group_id <> NEW.group_id THEN
    RAISE EXCEPTION 'a handshake stays in its group'
      USING ERRCODE = 'check_violation', CONSTRAINT = 'handshake_moves', TABLE = 'members_handshake';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER members_handshake_moves BEFORE UPDATE ON members_handshake
  FOR EACH ROW WHEN (OLD.state IS DISTINCT FROM NEW.state OR OLD.group_id IS DISTINCT FROM NEW.group_id)
  EXECUTE FUNCTION members_handshake_moves();
"""
BACKWARDS = """
DROP TRIGGER members_handshake_moves ON members_handshake;
DROP FUNCTION members_handshake_moves();
"""


class Migration(migrations.Migration):
    dependencies = [("members", "0002_tenancy")]

    operations = [migrations.RunSQL(FORWARDS, BACKWARDS)]
