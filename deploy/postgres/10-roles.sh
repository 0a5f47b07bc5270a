#!/bin/sh
# Creates the two roles and the database. It runs once, when the database's volume is empty.
# ssc_owner owns the database and runs migrations. Pages and jobs use ssc_app, which owns no table.
set -eu
: "${SSC_OWNER_DB_PASSWORD:?the password of the role ssc_owner is missing}"
: "${SSC_APP_DB_PASSWORD:?the password of the role ssc_app is missing}"

psql --set ON_ERROR_STOP=1 --username "$POSTGRES_USER" --dbname postgres \
    --set owner_password="$SSC_OWNER_DB_PASSWORD" --set app_password="$SSC_APP_DB_PASSWORD" <<'SQL'
CREATE ROLE ssc_owner LOGIN CREATEDB NOSUPERUSER NOBYPASSRLS PASSWORD :'owner_password';
CREATE ROLE ssc_app LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE NOBYPASSRLS PASSWORD :'app_password';
GRANT ssc_app TO ssc_owner;
CREATE DATABASE ssc OWNER ssc_owner;
REVOKE CONNECT ON DATABASE ssc FROM PUBLIC;
GRANT CONNECT ON DATABASE ssc TO ssc_app;
SQL
