"""Regions, categories and quadrennia as a fresh portal has them. Rows that exist are left as edited."""

from datetime import date

from accounts.models import Region, RegionCountry
from core.reference import rows
from groups.models import Category, Quadrennium


def load() -> None:
    """Add what is missing; running it again changes nothing."""
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
