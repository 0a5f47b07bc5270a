"""Compares what guards the stored data with what the code declares: policies, triggers, constraints, rights and more.

The code declares these in models, in migrations and in core.tenancy. All of that together is what `migrate` makes of an
empty database. `built_anew` therefore makes such a database on the same server, and `differences` compares the two
catalogues: texts of the same server are spelled alike.
"""

from __future__ import annotations

import os
import re
import secrets
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from urllib.parse import urlsplit

import environ
import psycopg2
from django.conf import settings
from psycopg2 import extensions

# Each statement returns pairs of a name and a definition. Tables of a schema other than `public` are not ours.
_DESCRIPTIONS = {
    "table": """
        SELECT relname,
               concat_ws(' ', relkind, pg_get_userbyid(relowner), 'guarded', relrowsecurity,
                         'forced', relforcerowsecurity, obj_description(oid, 'pg_class'))
        FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'p', 'v', 'm', 'f', 'S')""",
    "column": """
        SELECT c.relname || '.' || a.attname,
               concat_ws(' ', format_type(a.atttypid, a.atttypmod), CASE WHEN a.attnotnull THEN 'NOT NULL' END,
                         nullif(a.attidentity, ''), pg_get_expr(d.adbin, d.adrelid))
        FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid
        LEFT JOIN pg_attrdef d ON d.adrelid = a.attrelid AND d.adnum = a.attnum
        WHERE c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r', 'p') AND a.attnum > 0
              AND NOT a.attisdropped""",
    "policy": """
        SELECT tablename || ': ' || policyname, concat_ws(' ', permissive, roles, cmd, qual, with_check)
        FROM pg_policies WHERE schemaname = 'public'""",
    "trigger": """
        SELECT t.tgrelid::regclass || ': ' || t.tgname, concat_ws(' ', t.tgenabled, pg_get_triggerdef(t.oid))
        FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid
        WHERE c.relnamespace = 'public'::regnamespace AND NOT t.tgisinternal""",
    # The triggers with which the server enforces foreign keys have names of their own in every database.
    "foreign key": """
        SELECT k.conrelid::regclass || ': ' || k.conname, string_agg(t.tgenabled, '' ORDER BY t.tgtype, t.tgfoid)
        FROM pg_trigger t JOIN pg_constraint k ON k.oid = t.tgconstraint
        WHERE k.connamespace = 'public'::regnamespace AND t.tgisinternal GROUP BY 1""",
    "constraint": """
        SELECT conrelid::regclass || ': ' || conname, concat_ws(' ', convalidated, pg_get_constraintdef(oid))
        FROM pg_constraint WHERE connamespace = 'public'::regnamespace AND conrelid <> 0""",
    "index": """
        SELECT i.indexrelid::regclass::text, concat_ws(' ', i.indisvalid, pg_get_indexdef(i.indexrelid))
        FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid WHERE c.relnamespace = 'public'::regnamespace""",
    "function": """
        SELECT oid::regprocedure::text,
               concat_ws(' ', pg_get_userbyid(proowner), prolang, prosecdef, provolatile, proconfig, prosrc)
        FROM pg_proc WHERE pronamespace = 'public'::regnamespace AND prokind <> 'a'""",
    "rights": """
        SELECT thing,
               string_agg(concat_ws(' ', grantee, privilege_type, is_grantable), ', '
                          ORDER BY grantee, privilege_type)
        FROM (SELECT thing, CASE x.grantee WHEN 0 THEN 'everybody' ELSE pg_get_userbyid(x.grantee) END AS grantee,
                     x.privilege_type, x.is_grantable
              FROM (SELECT oid::regclass::text, coalesce(relacl, acldefault('r', relowner))
                    FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'p', 'v', 'm', 'f')
                    UNION ALL
                    SELECT oid::regclass::text, coalesce(relacl, acldefault('s', relowner))
                    FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind = 'S'
                    UNION ALL
                    SELECT a.attrelid::regclass || '.' || a.attname, a.attacl
                    FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid
                    WHERE c.relnamespace = 'public'::regnamespace AND a.attacl IS NOT NULL
                    UNION ALL
                    SELECT oid::regprocedure::text, coalesce(proacl, acldefault('f', proowner))
                    FROM pg_proc WHERE pronamespace = 'public'::regnamespace
                    UNION ALL
                    SELECT 'schema ' || nspname, coalesce(nspacl, acldefault('n', nspowner))
                    FROM pg_namespace WHERE nspname = 'public') AS held (thing, acl),
                   aclexplode(acl) AS x) AS named
        GROUP BY thing""",
}


class NotComparable(Exception):
    """There is nothing to compare with: the sentence says what is missing."""


@dataclass(frozen=True)
class Difference:
    """One thing of the catalogue that is not as declared. `found` or `declared` is None when it does not exist."""

    kind: str
    name: str
    found: str | None
    declared: str | None

    def __str__(self) -> str:
        if self.found is None:
            return f"{self.kind} {self.name} is missing"
        if self.declared is None:
            return f"{self.kind} {self.name} is not declared"
        return f"{self.kind} {self.name} differs: {_shown(self.found)} instead of {_shown(self.declared)}"


def _shown(definition: str) -> str:
    text = " ".join(definition.split())
    return text if len(text) <= 90 else f"{text[:87]}…"


Described = dict[tuple[str, str], str]

# PostgreSQL spells a list of words in a condition in one way at first, and in another way after a dump and a restore:
# (ARRAY['a'::character varying])::text[] and ARRAY[('a'::character varying)::text].
_WORD = r"'(?:[^']|'')*'"
_LIST_BEFORE = re.compile(
    rf"\(ARRAY\[({_WORD}::character varying(?:, {_WORD}::character varying)*)\]\)::text\[\]"
)
_WORD_AFTER = re.compile(rf"\(({_WORD})::character varying\)::text")


def spelled_alike(definition: str) -> str:
    """Return a definition in the one spelling that it has before and after a restore."""
    before = _LIST_BEFORE.sub(
        lambda found: f"ARRAY[{found[1].replace('::character varying', '')}]", definition
    )
    return _WORD_AFTER.sub(r"\1", before)


def described(cursor: extensions.cursor) -> Described:
    """Return the definition of everything in the schema that holds or guards data, by kind and name."""
    found: Described = {}
    for kind, statement in _DESCRIPTIONS.items():
        cursor.execute(statement)
        found |= {(kind, name): spelled_alike(definition) for name, definition in cursor.fetchall()}
    return found


def differences(found: Described, declared: Described) -> list[Difference]:
    """Return what differs between two descriptions, sorted by kind and name."""
    return [
        Difference(*key, found.get(key), declared.get(key))
        for key in sorted(found.keys() | declared.keys())
        if found.get(key) != declared.get(key)
    ]


@contextmanager
def built_anew() -> Iterator[extensions.connection]:
    """Make an empty database with `migrate`, give a connection to it, and drop the database at the end.

    Raises NotComparable when the owner's address is not known, or when `migrate` fails.
    """
    url = settings.OWNER_DATABASE_URL
    if not url:
        raise NotComparable(
            "SSC_DATABASE_OWNER_URL is not set: the owner makes the database to compare with."
        )
    name = f"ssc_declared_{secrets.token_hex(4)}"
    with closing(connect(url)) as owner:
        owner.autocommit = True
        owner.cursor().execute(f'CREATE DATABASE "{name}"')
        try:
            beside = urlsplit(url)._replace(path=f"/{name}").geturl()
            _migrate(beside)
            with closing(connect(beside)) as made:
                yield made
        finally:
            # Without FORCE, which the owner may not use while PostgreSQL's own cleaning is in the database.
            owner.cursor().execute(f'DROP DATABASE "{name}"')


def _migrate(url: str) -> None:
    env = {**os.environ, "SSC_DATABASE_OWNER_URL": url, "SSC_DB_AS": "owner", "SSC_LOG_LEVEL": "WARNING"}
    argv = [sys.executable, str(settings.BASE_DIR / "manage.py"), "migrate", "--no-input", "--verbosity", "0"]
    done = subprocess.run(argv, env=env, capture_output=True, text=True, check=False)
    if done.returncode:
        raise NotComparable(f"`migrate` fails on an empty database: {done.stderr.strip().splitlines()[-1:]}")


def parameters(url: str) -> dict[str, str]:
    """Return psycopg2's parameters for a database address in the form of DATABASE_URL."""
    parsed = environ.Env.db_url_config(url)
    named = {
        "dbname": parsed["NAME"],
        "user": parsed["USER"],
        "password": parsed["PASSWORD"],
        "host": parsed["HOST"],
        "port": parsed["PORT"],
        **parsed.get("OPTIONS", {}),
    }
    return {name: str(value) for name, value in named.items() if value}


def variables(url: str) -> dict[str, str]:
    """Return the variables with which PostgreSQL's programs connect to the address, without a password in arguments."""
    given = parameters(url)
    names = {"dbname": "DATABASE", "user": "USER", "password": "PASSWORD", "host": "HOST", "port": "PORT"}
    names |= {"sslmode": "SSLMODE"}
    return {f"PG{names[name]}": value for name, value in given.items() if name in names}


def connect(url: str) -> extensions.connection:
    """Open a connection outside Django. Raises psycopg2.OperationalError when the server does not answer."""
    return psycopg2.connect(connect_timeout=10, **parameters(url))
