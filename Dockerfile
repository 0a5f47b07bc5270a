# Two images. `portal` is for all of the portal's processes; docker-compose.yml says which command each of them runs.
# `operator` is for backup and restore: the same code beside the programs of the database's version.
FROM python:3.11.10-slim-bookworm AS portal

ENV PYTHONDONTWRITEBYTECODE=1 \
    PYTHONUNBUFFERED=1 \
    PIP_DISABLE_PIP_VERSION_CHECK=1 \
    PIP_NO_CACHE_DIR=1 \
    DJANGO_SETTINGS_MODULE=sscportal.settings.production \
    SSC_STATIC_ROOT=/srv/static \
    HOME=/tmp

# What WeasyPrint draws with.
RUN apt-get update \
    && apt-get install -y --no-install-recommends \
        libpango-1.0-0 libpangoft2-1.0-0 libharfbuzz-subset0 fonts-dejavu-core \
    && rm -rf /var/lib/apt/lists/*

RUN groupadd --gid 10001 portal \
    && useradd --uid 10001 --gid portal --no-create-home --home-dir /nonexistent --shell /usr/sbin/nologin portal \
    && mkdir -p /srv/app /srv/static /srv/beat \
    && chown portal:portal /srv/beat

WORKDIR /srv/app
# `sentry` has sentry-sdk as well, for SENTRY_DSN.
ARG REQUIREMENTS=runtime
COPY requirements/ requirements/
RUN pip install --require-hashes -r requirements/${REQUIREMENTS}.txt

COPY . .
# The values on this line satisfy the settings while files are gathered; none of them stays in the image.
RUN python tools/messages.py compile \
    && SSC_SECRET_KEY="$(python -c 'import secrets; print(secrets.token_urlsafe(64))')" \
       SSC_ALLOWED_HOSTS=localhost SSC_BASE_URL=https://localhost SSC_SMTP_URL=smtp://localhost:25 \
       DATABASE_URL=postgres://nobody@localhost/none REDIS_URL=redis://localhost SSC_CACHE_URL=redis://localhost:6380 \
       python manage.py collectstatic --no-input

USER portal
EXPOSE 8000
CMD ["gunicorn", "--config", "deploy/gunicorn.conf.py", "sscportal.wsgi:application"]

# The version is that of the service `db`: pg_dump must not be older than the server.
FROM postgres:16.6-bookworm AS operator

ENV PYTHONDONTWRITEBYTECODE=1 \
    PYTHONUNBUFFERED=1 \
    PYTHONPATH=/srv/packages \
    DJANGO_SETTINGS_MODULE=sscportal.settings.production \
    SSC_STATIC_ROOT=/srv/static \
    SSC_MEDIA_ROOT=/srv/media \
    SSC_PG_BIN=/usr/lib/postgresql/16/bin \
    HOME=/tmp

# Debian's Python has the same version (3.11) as that of `portal`, so it can use the same packages.
RUN apt-get update \
    && apt-get install -y --no-install-recommends \
        python3 libpango-1.0-0 libpangoft2-1.0-0 libharfbuzz-subset0 \
    && rm -rf /var/lib/apt/lists/* \
    && groupadd --gid 10001 portal \
    && useradd --uid 10001 --gid portal --no-create-home --home-dir /nonexistent --shell /usr/sbin/nologin portal \
    && mkdir -p /srv/backups && chown portal:portal /srv/backups

WORKDIR /srv/app
COPY --from=portal /usr/local/lib/python3.11/site-packages /srv/packages
COPY --from=portal /srv/app /srv/app

USER portal
ENTRYPOINT []
CMD ["python3", "manage.py", "check_stored"]
