"""Load regions, categories, quadrennia and the list of groups into a new portal.

Rows that exist are not changed, because people may have edited them.
"""

import re
from datetime import date

from django.utils.text import slugify

from accounts.models import Region, RegionCountry
from core.reference import rows
from groups.models import Category, Group, Quadrennium

# Endings of a group's name that its slug leaves out.
SHORT = {"specialist-group": " Specialist Group", "red-list-authority": " Red List Authority"}


def load() -> None:
    """Add the regions, categories and quadrennia that are missing. Running it again changes nothing."""
    regions = [Region(order=n, **row) for n, row in enumerate(rows("accounts", "regions"), 1)]
    Region.objects.bulk_create(regions, ignore_conflicts=True)
    RegionCountry.objects.bulk_create(
        [
            RegionCountry(country=country, region_id=row["region"])
            for row in rows("accounts", "region-countries")
            for country in row["countries"].split()
        ],
        ignore_conflicts=True,
    )
    categories = [
        Category(
            code=row["code"],
            name_en=row["name_en"],
            name_fr=row["name_fr"],
            name_es=row["name_es"],
            reports_annually=row["reports_annually"] == "yes",
            takes_members=row["takes_members"] == "yes",
            order=number,
        )
        for number, row in enumerate(rows("groups", "categories"), 1)
    ]
    Category.objects.bulk_create(categories, ignore_conflicts=True)
    Quadrennium.objects.bulk_create(
        [
            Quadrennium(
                label=row["label"],
                starts_on=date.fromisoformat(row["starts_on"]),
                ends_on=date.fromisoformat(row["ends_on"]),
            )
            for row in rows("groups", "quadrennia")
        ],
        ignore_conflicts=True,
    )


def slug_of(name: str, category: str) -> str:
    """Return the slug for a group's name: "cat" for the Cat Specialist Group."""
    ending = SHORT.get(category, "")
    short = slugify(name.replace("/", " ").removesuffix(ending).replace(ending + " (", " ("))
    return (f"{short}-rla" if category == "red-list-authority" else short)[:80].strip("-")


def told_in(text: str) -> tuple[str, str]:
    """Return the remit without its remarks, and the host institution, from the list's column of both."""
    plain = re.sub(r"\s*\([^)]*\)", "", text).split(";")[0].strip()
    return ("", plain.removeprefix("Host: ")) if plain.startswith("Host: ") else (plain[:200], "")


def load_groups() -> int:
    """Add the groups of the real list that are missing, without people. Return how many were added.

    A group exists already when its name or its slug is in the database, so a group that was renamed or closed is not
    added again.
    """
    categories = {category.name_en: category for category in Category.objects.all()}
    names, slugs = (
        set(Group.objects.values_list("name", flat=True)),
        set(Group.objects.values_list("slug", flat=True)),
    )
    added = []
    for row in rows("groups", "ssc-groups"):
        category = categories[row["category"]]
        slug = slug_of(row["name"], category.pk)
        if row["name"] in names or slug in slugs:
            continue
        remit, host = told_in(row["taxon_or_theme"])
        group = Group(
            name=row["name"],
            slug=slug,
            acronym=row["acronym"],
            category=category,
            subcategory=row["subcategory"],
            remit=remit,
            host_institution=host,
        )
        group.derive()
        added.append(group)
    return len(Group.objects.bulk_create(added))
