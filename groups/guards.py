"""What the database refuses about offices: two at once of one kind, offices that name no maker, endings too early."""

from core.guards import Guard, ending_in_its_row, one_at_a_time, refuse


def _has_its_maker(table: str, rule: str) -> Guard:
    """The guard that every appointment names the person who made it. A constraint says that this is another person."""
    return Guard(
        f"{table}_maker",
        ("INSERT",),
        refuse(
            rule,
            "An appointment names the person who made it.",
            when="NEW.made_by_id IS NULL",
            owner_may=True,
        ),
    )


APPOINTMENT = (
    one_at_a_time(
        "groups_appointment_guard",
        "appointment_one_at_a_time",
        "The person holds this office already on these days.",
        table="groups_appointment",
        endings="groups_appointmentending",
        key="appointment_id",
        same="m.group_id = NEW.group_id AND m.person_id = NEW.person_id"
        " AND m.office = NEW.office AND m.topic = NEW.topic",
    ),
    _has_its_maker("groups_appointment", "appointment_has_its_maker"),
)
APPOINTMENT_ENDING = (
    ending_in_its_row("groups_appointmentending_day", table="groups_appointment", key="appointment_id"),
)
NETWORK_APPOINTMENT = (
    one_at_a_time(
        "groups_networkappointment_guard",
        "network_role_one_at_a_time",
        "The person has this role already on these days.",
        table="groups_networkappointment",
        endings="groups_networkappointmentending",
        key="appointment_id",
        same="m.person_id = NEW.person_id AND m.role = NEW.role AND m.region_id IS NOT DISTINCT FROM NEW.region_id",
    ),
    _has_its_maker("groups_networkappointment", "network_role_has_its_maker"),
)
NETWORK_APPOINTMENT_ENDING = (
    ending_in_its_row(
        "groups_networkappointmentending_day", table="groups_networkappointment", key="appointment_id"
    ),
)
