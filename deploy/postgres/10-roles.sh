#!/bin/sh
# Creates the roles and the database. It runs once, when the database's volume is empty.
set -eu
: "${SSC_OWNER_DB_PASSWORD:?the password of the role ssc_owner is missing}"
: "${SSC_APP_DB_PASSWORD:?the password of the role ssc_app is missing}"
: "${SSC_BACKUP_DB_PASSWORD:?the password of the role ssc_backup is missing}"

psql --username "$POSTGRES_USER" --dbname postgres \
    --set owner_password="$SSC_OWNER_DB_PASSWORD" --set app_password="$SSC_APP_DB_PASSWORD" \
    --set backup_password="$SSC_BACKUP_DB_PASSWORD" --file "$(dirname "$0")/roles.psql"
# Figures about statements of all databases. The extension is not in the portal's own database.
psql --username "$POSTGRES_USER" --dbname postgres --command "CREATE EXTENSION IF NOT EXISTS pg_stat_statements"
