"""What the database refuses about accounts: pages and jobs cannot give a person the superuser's power."""

from core.guards import Guard, refuse

# Code 42501, insufficient privilege: no value of the columns would be right, because the role may not set them.
POWER = Guard(
    "accounts_user_power",
    ("INSERT", "UPDATE"),
    """
IF TG_OP = 'INSERT' THEN
  powerful := NEW.is_superuser OR NEW.is_staff;
ELSE
  powerful := (OLD.is_superuser, OLD.is_staff) IS DISTINCT FROM (NEW.is_superuser, NEW.is_staff);
END IF;
"""
    + refuse(
        "user_power",
        "Only the owner of the database makes a superuser: run the command with SSC_DB_AS=owner.",
        when="powerful",
        owner_may=True,
        code="insufficient_privilege",
    ),
    declare="powerful boolean;",
)
