"""Rules that the database keeps by triggers, declared beside the models, and the seal on the history's triggers.

A model names its triggers in `guards`. `statements` compares them with the catalogue, and core.tenancy runs the result
after each `migrate`. Rules about one row alone are check or unique constraints of the model and need no trigger. Why
declared and not written in migrations: docs/decisions/0027-rules-in-the-database.md.

`seal` protects the triggers of pghistory from the run-time role. It runs at the end of each migration, in the
migration's transaction (core.pg), and after each `migrate`.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Set
from dataclasses import dataclass
from typing import TypeVar

from django.apps import apps
from django.db import models
from django.db.backends.utils import CursorWrapper

State = TypeVar("State", bound=str)

# pg_temp is named last. PostgreSQL searches it first when it is not named.
SEARCH_PATH = "pg_catalog, public, pg_temp"
GUARD_MARK = (
    "guard"  # the comment on a declared trigger; a marked trigger that is not declared any more is dropped
)

# Whether the statement's role may not act as the owner of the table: pages and jobs, but not migrations and imports.
_NOT_OWNER = "NOT pg_has_role(current_user, (SELECT relowner FROM pg_class WHERE oid = TG_RELID), 'USAGE')"
# Bits of pg_trigger.tgtype.
_ROW_BEFORE, _EVENTS = 1 | 2, {"INSERT": 4, "DELETE": 8, "UPDATE": 16}


@dataclass(frozen=True)
class Guard:
    """A trigger before each row that refuses rows or sets columns. `name` is the name of its function too.

    `body` is PL/pgSQL between DECLARE and RETURN; it names tables without a schema and refuses a row with `refuse`.
    """

    name: str
    on: tuple[str, ...]
    body: str
    declare: str = ""

    @property
    def source(self) -> str:
        """The text of the function."""
        declare = f"DECLARE\n  {self.declare}\n" if self.declare else ""
        return f"\n{declare}BEGIN\n{self.body.strip()}\nRETURN CASE TG_OP WHEN 'DELETE' THEN OLD ELSE NEW END;\nEND\n"

    @property
    def bits(self) -> int:
        """The trigger's kind in the spelling of the catalogue."""
        return sum((_EVENTS[event] for event in self.on), _ROW_BEFORE)

    def function_sql(self) -> str:
        """The statement that creates or replaces the function."""
        return (
            f"CREATE OR REPLACE FUNCTION public.{self.name}() RETURNS trigger LANGUAGE plpgsql\n"
            f"SET search_path = {SEARCH_PATH} AS $guard${self.source}$guard$"
        )

    def trigger_sql(self, table: str) -> list[str]:
        """The statements that create the trigger and mark it."""
        events = " OR ".join(self.on)
        return [
            f'CREATE TRIGGER {self.name} BEFORE {events} ON public."{table}" '
            f"FOR EACH ROW EXECUTE FUNCTION public.{self.name}()",
            f"COMMENT ON TRIGGER {self.name} ON public.\"{table}\" IS '{GUARD_MARK}'",
        ]


# ---------------------------------------------------------------- Words for bodies


def refuse(
    rule: str, sentence: str, *, when: str, owner_may: bool = False, code: str = "check_violation"
) -> str:
    """Return PL/pgSQL that refuses the row when the condition is true, with the rule's name and a sentence.

    A condition that is NULL refuses nothing, so conditions over columns that may be empty use IS DISTINCT FROM. With
    `owner_may`, the owner of the table may write the row: imports, the demo network and tests do.
    """
    text = sentence.replace("'", "''").replace("%", "%%")
    fault = (
        f"RAISE EXCEPTION '{text}' USING ERRCODE = '{code}', CONSTRAINT = '{rule}', TABLE = TG_TABLE_NAME;"
    )
    if owner_may:
        fault = f"IF {_NOT_OWNER} THEN {fault} END IF;"
    return f"IF {when} THEN\n  {fault}\nEND IF;"


def require(rule: str, sentence: str, *, row: str, owner_may: bool = False, lock: str = "") -> str:
    """Return PL/pgSQL that refuses the row unless another row exists. `row` is what follows SELECT 1 FROM.

    `lock` is FOR SHARE for a row whose state could change before this transaction commits, else empty.
    """
    missing = refuse(rule, sentence, when="NOT FOUND", owner_may=owner_may)
    return f"PERFORM 1 FROM {row} {lock};\n{missing}"


def listed(values: Iterable[object]) -> str:
    """Return the values as a list of SQL texts, sorted: 'a', 'b'."""
    return ", ".join(f"'{value}'" for value in sorted(str(value) for value in values))


def when(condition: str, *statements: str) -> str:
    """Return PL/pgSQL that runs the statements when the condition is true."""
    return "\n".join([f"IF {condition} THEN", *statements, "END IF;"])


# ---------------------------------------------------------------- Kinds of guards


def moves(
    table: str,
    allowed: Mapping[State, Set[State]],
    *,
    starts: Iterable[str],
    name: str = "",
    group: bool = True,
) -> Guard:
    """Return the guard of a state machine: `state` changes only along `allowed`, and a new row has one of `starts`.

    The row also stays in its group. The owner may add rows in any state.
    """
    pairs = sorted(
        (str(before), str(after)) for before, afters in allowed.items() for after in afters if before != after
    )
    written = ", ".join(f"('{before}', '{after}')" for before, after in pairs)
    rule = name or f"{table}_moves"
    body = [
        when(
            "TG_OP = 'INSERT'",
            refuse(
                rule,
                "A new row begins in its first state.",
                when=f"NEW.state NOT IN ({listed(starts)})",
                owner_may=True,
            ),
            "RETURN NEW;",
        ),
        refuse(
            rule,
            "The state does not change in this way.",
            when=f"OLD.state <> NEW.state AND (OLD.state, NEW.state) NOT IN ({written})",
        ),
    ]
    if group:
        body.append(refuse(rule, "A row stays in its group.", when="OLD.group_id <> NEW.group_id"))
    return Guard(f"{table}_moves", ("INSERT", "UPDATE"), "\n".join(body))


def one_at_a_time(
    name: str, rule: str, sentence: str, *, table: str, endings: str, key: str, same: str
) -> Guard:
    """Return the guard that numbers dated rows and refuses one that shares a day with an earlier row, endings counted.

    `same` compares a row `m` with NEW; `key` is the column of the ending rows that names the dated row. A unique
    constraint over the compared columns and `number` settles races (docs/decisions/0017-one-membership-at-a-time.md).
    """
    # One statement reads the highest number and the taken days, so that both come from one moment.
    body = f"""
SELECT coalesce(max(had.number), 0) + 1,
       coalesce(bool_or(had.starts_on < had.until AND NEW.starts_on < had.until
                        AND had.starts_on <= coalesce(NEW.ends_on, 'infinity')), false)
  INTO NEW.number, taken
  FROM (SELECT m.number, m.starts_on, least(m.ends_on + 1, e.from_day, 'infinity') AS until
          FROM {table} m LEFT JOIN {endings} e ON e.{key} = m.id
         WHERE {same}) had;
{refuse(rule, sentence, when="taken", code="exclusion_violation")}
"""
    return Guard(name, ("INSERT",), body, declare="taken boolean;")


def ending_in_its_row(name: str, *, table: str, key: str) -> Guard:
    """Return the guard that refuses an ending before the first day of the row that it ends."""
    return Guard(
        name,
        ("INSERT",),
        require(
            name,
            "An ending lies on the first day or later.",
            row=f"{table} m WHERE m.id = NEW.{key} AND NEW.from_day >= m.starts_on",
        ),
    )


# ---------------------------------------------------------------- What is declared and what the database has


def declared() -> list[tuple[str, Guard]]:
    """Return the declared guards with their tables, sorted by table and name."""
    found = [
        (model._meta.db_table, guard)
        for model in apps.get_models()
        if model._meta.managed and not model._meta.proxy
        for guard in getattr(model, "guards", ())
    ]
    return sorted(found, key=lambda pair: (pair[0], pair[1].name))


def history_triggers() -> list[tuple[str, str]]:
    """Return the declared triggers of pghistory and pgtrigger as (table, name), sorted."""
    return sorted(
        (model._meta.db_table, trigger.get_pgid(model))
        for model in apps.get_models()
        for trigger in getattr(model._meta, "triggers", ())
    )


def constraints() -> list[tuple[str, str]]:
    """Return the declared check and unique constraints of all models as (table, name), sorted.

    A unique constraint with a condition or an expression is an index in PostgreSQL; it is listed too.
    """
    return sorted(
        (model._meta.db_table, constraint.name)
        for model in apps.get_models()
        if model._meta.managed and not model._meta.proxy
        for constraint in model._meta.constraints
        if isinstance(constraint, models.BaseConstraint)
    )


def missing(cursor: CursorWrapper) -> list[str]:
    """Return a sentence for each declared trigger or constraint that the database does not have or does not apply.

    Texts of guards and policies are compared by core.tenancy.differences.
    """
    cursor.execute(
        """SELECT c.relname, t.tgname, t.tgenabled FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid
           WHERE c.relnamespace = 'public'::regnamespace AND NOT t.tgisinternal"""
    )
    triggers = {(table, name): enabled for table, name, enabled in cursor.fetchall()}
    cursor.execute(
        """SELECT conrelid::regclass::text, conname FROM pg_constraint
           WHERE connamespace = 'public'::regnamespace AND convalidated
           UNION SELECT tablename, indexname FROM pg_indexes WHERE schemaname = 'public'"""
    )
    kept = {(table.strip('"'), name) for table, name in cursor.fetchall()}
    wanted = [*history_triggers(), *((table, guard.name) for table, guard in declared())]
    return [
        *(f"trigger {name} on {table} is missing" for table, name in wanted if (table, name) not in triggers),
        *(
            f"trigger {name} on {table} is switched off"
            for (table, name), on in triggers.items()
            if on != "O"
        ),
        *(
            f"constraint {name} on {table} is missing"
            for table, name in constraints()
            if (table, name) not in kept
        ),
    ]


def statements(cursor: CursorWrapper) -> Iterator[str]:
    """Yield the statements that make the database's guards what is declared.

    Guards on tables that do not exist yet are left out. Triggers that were switched off are switched on.
    """
    cursor.execute(
        """SELECT proname, prosrc, prosecdef, coalesce(proconfig, '{}') FROM pg_proc
           WHERE pronamespace = 'public'::regnamespace AND prorettype = 'trigger'::regtype"""
    )
    functions = {name: tuple(rest) for name, *rest in cursor.fetchall()}
    cursor.execute(
        """SELECT c.relname, t.tgname, t.tgtype, t.tgenabled, p.proname, t.tgqual IS NULL AND t.tgattr::text = '',
                  obj_description(t.oid, 'pg_trigger')
           FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid JOIN pg_proc p ON p.oid = t.tgfoid
           WHERE c.relnamespace = 'public'::regnamespace AND NOT t.tgisinternal ORDER BY 1, 2"""
    )
    triggers = {(table, name): tuple(rest) for table, name, *rest in cursor.fetchall()}
    cursor.execute(
        "SELECT relname FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind = 'r'"
    )
    tables = {name for (name,) in cursor.fetchall()}
    wanted = {(table, guard.name): guard for table, guard in declared() if table in tables}
    for (table, name), guard in wanted.items():
        if functions.get(name) != (guard.source, False, [f"search_path={SEARCH_PATH}"]):
            yield guard.function_sql()
        present = triggers.get((table, name))
        if present != (guard.bits, "O", name, True, GUARD_MARK):
            if present is not None:
                yield f'DROP TRIGGER {name} ON public."{table}"'
            yield from guard.trigger_sql(table)
    for (table, name), (*_, mark) in triggers.items():
        if mark == GUARD_MARK and (table, name) not in wanted:
            yield f'DROP TRIGGER {name} ON public."{table}"'
    for (table, name), (_kind, enabled, *_) in triggers.items():
        if enabled != "O" and (table, name) not in wanted:
            yield f'ALTER TABLE public."{table}" ENABLE TRIGGER "{name}"'


# ---------------------------------------------------------------- The seal on the history

_IGNORE_NOTHING = "SELECT false"


def seal_statements(cursor: CursorWrapper) -> list[str]:
    """Return the statements that are needed to seal the history's triggers; see `seal`."""
    cursor.execute(
        """SELECT format('ALTER FUNCTION %%s SECURITY DEFINER SET search_path = ', oid::regprocedure) || %s
           FROM pg_proc
           WHERE pronamespace = 'public'::regnamespace AND prorettype = 'trigger'::regtype
             AND starts_with(proname, 'pgtrigger_')
             AND NOT (prosecdef AND proconfig IS NOT DISTINCT FROM ARRAY['search_path=' || %s])
           UNION ALL
           SELECT format('CREATE OR REPLACE FUNCTION %%s RETURNS boolean LANGUAGE sql IMMUTABLE AS $$%%s$$',
                         'public._pgtrigger_should_ignore(trigger_name name)', %s)
           FROM pg_proc
           WHERE pronamespace = 'public'::regnamespace AND proname = '_pgtrigger_should_ignore' AND prosrc <> %s
           ORDER BY 1""",
        [SEARCH_PATH, SEARCH_PATH, _IGNORE_NOTHING, _IGNORE_NOTHING],
    )
    return [statement for (statement,) in cursor.fetchall()]


def seal(cursor: CursorWrapper) -> None:
    """Let the history's triggers run as the owner, with names that cannot be shadowed and no way to skip them.

    pgtrigger writes its functions anew whenever a tracked model changes: they run as the role of the statement, search
    temporary tables first, and stop when the setting `pgtrigger.ignore` names them. This function changes all three.
    So the run-time role needs no right to add events, and has none.
    """
    for statement in seal_statements(cursor):
        cursor.execute(statement)
