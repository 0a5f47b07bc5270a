"""Frozen history: what migrations of 2026 lay to keep a child in its parent's group. Do not change it.

Migrations that have run in a database must say the same for ever, so this module imports nothing of ours and is not
edited. A later form of the same keys gets a module of its own beside this one.
"""

from django.db import migrations


def same_group(child: str, column: str, parent: str) -> migrations.RunSQL:
    """A composite foreign key: the child's parent belongs to the child's group.

    Foreign-key checks bypass row level security, so the plain key alone would let a child point across.
    The parent needs a unique constraint over (group_id, id), which this adds when it is missing.
    """
    unique, key = f"{parent}_group_id_id_uniq", f"{child}_{column}_same_group"
    return migrations.RunSQL(
        f"""DO $$ BEGIN
              IF NOT EXISTS (SELECT 1 FROM pg_constraint WHERE conname = '{unique}') THEN
                ALTER TABLE {parent} ADD CONSTRAINT {unique} UNIQUE (group_id, id);
              END IF;
            END $$;
            ALTER TABLE {child} ADD CONSTRAINT {key} FOREIGN KEY (group_id, {column})
              REFERENCES {parent} (group_id, id) DEFERRABLE INITIALLY DEFERRED;""",
        f"ALTER TABLE {child} DROP CONSTRAINT {key};",
    )
