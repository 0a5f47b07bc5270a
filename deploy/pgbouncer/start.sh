#!/bin/sh
# Writes PgBouncer's settings from the environment into a folder and starts PgBouncer.
set -eu
here=$(dirname "$0")

POOL_FOLDER=${POOL_FOLDER:-/run/portal-pool}
POOL_PROGRAM=${POOL_PROGRAM:-/usr/sbin/pgbouncer}
POOL_DATABASE=${POOL_DATABASE:?the name of the database is missing}
POOL_SERVER_HOST=${POOL_SERVER_HOST:?the host of PostgreSQL is missing}
POOL_SERVER_PORT=${POOL_SERVER_PORT:-5432}
POOL_LISTEN_ADDRESS=${POOL_LISTEN_ADDRESS:-0.0.0.0}
POOL_LISTEN_PORT=${POOL_LISTEN_PORT:-6432}
POOL_AUTH_TYPE=${POOL_AUTH_TYPE:-scram-sha-256}
POOL_USER=${POOL_USER:?the run-time role is missing}

umask 077
# Without a password the server must trust this account. Only tests do this.
printf '"%s" "%s"\n' "$POOL_USER" "${POOL_PASSWORD?the password of the run-time role is missing}" >"$POOL_FOLDER/users.txt"

sed -e "s|@POOL_FOLDER@|$POOL_FOLDER|" \
    -e "s|@POOL_DATABASE@|$POOL_DATABASE|g" \
    -e "s|@POOL_SERVER_HOST@|$POOL_SERVER_HOST|" \
    -e "s|@POOL_SERVER_PORT@|$POOL_SERVER_PORT|" \
    -e "s|@POOL_LISTEN_ADDRESS@|$POOL_LISTEN_ADDRESS|" \
    -e "s|@POOL_LISTEN_PORT@|$POOL_LISTEN_PORT|" \
    -e "s|@POOL_AUTH_TYPE@|$POOL_AUTH_TYPE|" \
    "$here/pgbouncer.ini" >"$POOL_FOLDER/pgbouncer.ini"

exec "$POOL_PROGRAM" "$POOL_FOLDER/pgbouncer.ini"
