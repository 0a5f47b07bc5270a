"""Invented people: names and institutions that fit together, by region.

Given names and family names are common, and are combined at random. No real person is meant. The shares of the
regions are the published ones (domain facts, figures).
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from random import Random

from core.reference import rows


@dataclass(frozen=True)
class Cluster:
    """Countries that share a list of names, and the share of people who come from them."""

    region: str
    share: float
    countries: str
    language: str
    given: str
    family: str

    def countries_list(self) -> list[str]:
        """Return the country codes. A code that appears several times is chosen more often."""
        return self.countries.split()


@cache
def clusters() -> tuple[Cluster, ...]:
    """Return the clusters in the order of the table."""
    return tuple(
        Cluster(
            region=row["region"],
            share=float(row["share"]),
            countries=row["countries"],
            language=row["language"],
            given=row["given"],
            family=row["family"],
        )
        for row in rows("demo", "names")
    )


INSTITUTIONS = (
    "University of {place}",
    "{place} Natural History Museum",
    "Zoological Society of {place}",
    "{place} Botanic Garden",
    "Department of Wildlife, {place}",
    "{place} Institute of Ecology",
    "Nature Trust of {place}",
    "{place} Zoo",
    "National Park Service, {place}",
    "Centre for Biodiversity, {place}",
)
PLACES = {
    "west-europe": "Lindenfels Saint-Aubrac Kilmorey Valdorba Nordhavn Montelupo",
    "north-america": "Cedar Hollow|Port Amity|Lac Vert|Blue Mesa|Santa Rosa del Mar|Fairhaven",
    "south-east-asia": "Chandrapur Kamiyama Linhai Pasir-Baru Nuwara-Ela Doi-Luang",
    "africa": "Nakurele Mbararani Okavale Tsarahonko Kumavu Swellenburg",
    "meso-south-america": "San Jacinto del Monte|Vale Verde|Puerto Alegre|Sierra Brava|Quilamar|Lago Azul",
    "oceania": "Warrigul Kaimara Port-Ashton Taveva Moonbar Aorangi-West",
    "west-asia": "Wadi-Samar Jebel-Noor Al-Rawda Ras-Hadd Tell-Ahmar Bahrat",
    "east-europe-asia": "Zielona-Dolina Karpatske Altyn-Kol Samtredi Vltavice Tundrovo",
}
EXPERTISE = (
    "Red List assessment",
    "Field surveys",
    "Population modelling",
    "Taxonomy",
    "Conservation genetics",
    "Captive breeding",
    "Community work",
    "Wildlife trade",
    "Policy and law",
    "Habitat restoration",
    "Remote sensing",
    "Education",
    "Veterinary medicine",
    "Translocation",
    "Fundraising",
    "Human–wildlife conflict",
)


@dataclass(frozen=True)
class Draft:
    """An invented person."""

    given_name: str
    family_name: str
    region: str
    country: str
    language: str
    institution: str
    expertise: str


def places(region: str) -> list[str]:
    """Return the invented places of a region."""
    text = PLACES[region]
    return text.split("|") if "|" in text else [place.replace("-", " ") for place in text.split()]


def draw(random: Random) -> Draft:
    """Return one invented person. The regions have the same shares as among real members."""
    found = clusters()
    cluster = random.choices(found, weights=[one.share for one in found])[0]
    language = cluster.language if random.random() < 0.7 else "en"
    return Draft(
        given_name=random.choice(cluster.given.split()),
        family_name=random.choice(cluster.family.split()),
        region=cluster.region,
        country=random.choice(cluster.countries_list()),
        language=language,
        institution=random.choice(INSTITUTIONS).format(place=random.choice(places(cluster.region))),
        expertise=", ".join(random.sample(EXPERTISE, random.choice((1, 2, 2, 3)))),
    )
