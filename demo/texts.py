"""The texts of invented groups: missions, targets, progress and reports, about the species they work on."""

from __future__ import annotations

from dataclasses import dataclass
from random import Random

# Words that begin with a capital also inside a sentence.
PROPER = {
    "African",
    "Asian",
    "Australasian",
    "American",
    "South",
    "New",
    "World",
    "European",
    "Europe",
    "Polar",
    "Arctic",
    "Chinese",
    "Cuban",
    "Arabian",
    "Colombian",
    "Galapagos",
    "Hawaiian",
    "Japanese",
    "Korean",
    "Macaronesian",
    "Madagascar",
    "Mascarene",
    "Mediterranean",
    "Philippine",
    "Western",
    "Ghats",
    "Brazil",
    "Caucasus",
    "Central",
    "West",
    "East",
    "Ecuador",
    "Indonesian",
    "Caledonia",
    "North",
    "Indonesia",
    "Malaysia",
    "Argentina",
    "Mid-Atlantic",
    "Red",
    "List",
    "Southern",
    "SSC/WCPA",
    "Anoline",
}
ENDINGS = (
    " Species Specialist Group",
    " Specialist Group",
    " Red List Authority (BirdLife International)",
    " Red List Authority",
    " Task Force",
    " Conservation Committee",
    " Committee",
    " Action Partnership",
    " for Europe",
)
PLACES = (
    "the Western Ghats",
    "the Annamites",
    "Madagascar",
    "the Atlantic Forest",
    "the Albertine Rift",
    "the Caucasus",
    "Sulawesi",
    "the Guinean forests",
    "the Chocó",
    "New Caledonia",
    "the Altai",
    "the Cape",
    "the Sahel",
    "Patagonia",
    "the Carpathians",
    "the Mekong basin",
    "the Arabian Sea",
    "the Sierra Madre",
    "Tasmania",
    "the Greater Antilles",
)


def focus_of(name: str) -> str:
    """Return the species that a group works on, for use in a sentence: "cat", "African elephant"."""
    for ending in ENDINGS:
        if name.endswith(ending):
            name = name[: -len(ending)]
            break
    words = [word if word.strip(",") in PROPER else word[:1].lower() + word[1:] for word in name.split()]
    return " ".join(words)


@dataclass(frozen=True)
class Pattern:
    """One kind of target. `{n}` is the quantity, `{focus}` the species of the group, `{place}` a place."""

    component: str
    subcategory: str
    text: str
    indicator: str
    baseline: str
    quantities: tuple[int, ...]


PATTERNS = (
    Pattern(
        "assess",
        "red-list",
        "Reassess {n} {focus} species for the Red List, those with assessments older than ten years first.",
        "Number of species reassessed",
        "Assessments of the last period",
        (8, 12, 20, 35, 50, 120),
    ),
    Pattern(
        "assess",
        "red-list",
        "Assess {n} {focus} species of {place} that have no published assessment.",
        "Number of species assessed for the first time",
        "None assessed",
        (5, 10, 25, 40),
    ),
    Pattern(
        "assess",
        "research-activities",
        "Survey {n} sites in {place} where {focus} species were last recorded before 2000.",
        "Number of sites surveyed",
        "No recent survey",
        (4, 6, 10, 15),
    ),
    Pattern(
        "assess",
        "key-biodiversity-areas",
        "Propose {n} Key Biodiversity Areas that hold {focus} species.",
        "Number of areas proposed",
        "Known sites not yet proposed",
        (2, 3, 5, 8),
    ),
    Pattern(
        "assess",
        "green-status",
        "Complete the Green Status of {n} {focus} species.",
        "Number of Green Status assessments",
        "None completed",
        (2, 4, 6),
    ),
    Pattern(
        "plan",
        "planning",
        "Agree {n} conservation strategies for {focus} species with the countries of {place}.",
        "Number of strategies endorsed",
        "No strategy in force",
        (1, 2, 3),
    ),
    Pattern(
        "plan",
        "planning",
        "Bring the action plan for {focus} species up to date with {n} workshops.",
        "Number of workshops held",
        "Plan of the earlier period",
        (2, 3, 4),
    ),
    Pattern(
        "plan",
        "policy",
        "Give {n} pieces of advice to conventions on trade in or use of {focus} species.",
        "Number of advisory papers",
        "Requests of the last period",
        (2, 4, 6),
    ),
    Pattern(
        "plan",
        "technical-advice",
        "Answer {n} requests of governments in {place} for guidelines on {focus} species.",
        "Number of requests answered",
        "Requests logged by the group",
        (3, 5, 10),
    ),
    Pattern(
        "act",
        "conservation-actions",
        "Start field projects for {n} threatened {focus} species in {place}.",
        "Number of projects started",
        "Species without any project",
        (2, 3, 5),
    ),
    Pattern(
        "act",
        "conservation-actions",
        "Restore {n} sites in {place} where {focus} species depend on them.",
        "Number of sites under restoration",
        "Sites identified",
        (2, 4, 7),
    ),
    Pattern(
        "act",
        "technical-advice",
        "Advise {n} reintroductions or translocations of {focus} species.",
        "Number of projects advised",
        "Projects announced",
        (1, 2, 4),
    ),
    Pattern(
        "network",
        "membership",
        "Bring in {n} members from range countries and people under 35.",
        "Number of new members",
        "Members at the start of the period",
        (8, 15, 25),
    ),
    Pattern(
        "network",
        "capacity-building",
        "Train {n} people in {place} in assessment and field methods.",
        "Number of people trained",
        "People trained before",
        (20, 30, 60),
    ),
    Pattern(
        "network",
        "proposal-development-and-funding",
        "Develop {n} proposals with partners for work on {focus} species.",
        "Number of proposals sent",
        "Proposals of the last period",
        (2, 3, 6),
    ),
    Pattern(
        "network",
        "agreements",
        "Sign {n} agreements with institutions that host work on {focus} species.",
        "Number of agreements",
        "None in force",
        (1, 2, 3),
    ),
    Pattern(
        "network",
        "synergy",
        "Work with {n} other groups on shared threats to {focus} species.",
        "Number of groups with joint work",
        "Loose contact",
        (2, 3, 4),
    ),
    Pattern(
        "network",
        "scientific-meetings",
        "Hold {n} meetings of the group, each in two time zones.",
        "Number of meetings",
        "One meeting in the last period",
        (2, 4),
    ),
    Pattern(
        "communicate",
        "communication",
        "Publish {n} issues of the newsletter on {focus} species, in two languages at least.",
        "Number of issues",
        "Two issues a year",
        (4, 8, 10),
    ),
    Pattern(
        "communicate",
        "communication",
        "Bring {n} stories on {focus} species to newspapers and radio in {place}.",
        "Number of stories",
        "None counted",
        (5, 10, 20),
    ),
    Pattern(
        "communicate",
        "scientific-meetings",
        "Give {n} talks on {focus} species at congresses.",
        "Number of talks",
        "Talks not counted before",
        (4, 6, 12),
    ),
)
# The parts of twelve targets of a group. A third is under Assess, which is near the published shares.
MIX = (
    "assess",
    "assess",
    "assess",
    "assess",
    "plan",
    "plan",
    "act",
    "act",
    "network",
    "network",
    "network",
    "communicate",
)

MISSIONS = (
    "We keep watch over {focus} species and bring together the people who can save them.",
    "A network of volunteers who study {focus} species, say how they are doing, and help where help is needed.",
    "Sound knowledge of {focus} species, shared freely, and action with the people who live beside them.",
    "No {focus} species lost in our lifetime: we assess, plan and act with partners in every range country.",
)
CRITERIA = (
    "Members have worked on {focus} species for some years, in the field, in law, in collections or with "
    "communities. "
    "We look above all for people who live in range countries.",
    "We welcome people from every discipline. Write what you would like to do for {focus} species and with whom.",
    "Members are invited by the leaders after a word with two members who know their work.",
)
DONE = (
    "Finished in {place}; the results are published and open to all.",
    "Done with partners in {place}, a year earlier than planned for a part of it.",
    "Reached. Members from {place} carried most of the work.",
)
GOING = (
    "Work went on in {place}; data of two seasons are in hand.",
    "A workshop in {place} agreed the method, and the first results are being reviewed.",
    "About as planned. Permits for {place} came late, the season was still used.",
    "Members met twice online and shared out the remaining work.",
)
SLOW = (
    "Funding for {place} was not renewed; we look for another partner.",
    "Fieldwork in {place} was not safe this year. We move it to next year.",
    "The lead author changed post; a new one was found in autumn.",
)
DROPPED = (
    "Taken up by another group with better access.",
    "The partner withdrew, and the aim was merged with another target.",
)
SECTIONS = {
    "summary": (
        "The year brought {n} results that we are proud of. Members assessed species, gave advice and "
        "trained colleagues in {place}. "
        "Money stayed short, goodwill did not.",
        "Much of our work went into {place}. We finished what we had promised for {focus} species there and "
        "learned where we "
        "had promised too much.",
        "A quiet year with steady progress on {focus} species. The newsletter came out, the strategy moved "
        "on, and {n} people joined.",
    ),
    "members": (
        "{n} people joined and a few left at the end of their period. A working group for {place} was set up.",
        "The group stays well spread over the range. We still look for members in {place}.",
    ),
    "assess": (
        "We published {n} assessments of {focus} species. Two categories went up, one went down after "
        "genuine recovery in {place}.",
        "Surveys in {place} confirmed {focus} species at {n} sites. The assessments follow next year.",
    ),
    "plan": (
        "The strategy for {place} was agreed with {n} institutions at the table.",
        "We answered {n} requests for advice and commented on two draft policies.",
    ),
    "act": (
        "Projects in {place} went on with local partners; {n} sites are under better care than a year ago.",
        "We advised on translocations in {place}. One was stopped for disease screening, on our advice.",
    ),
    "network": (
        "{n} colleagues were trained in {place}. We met online twice, at hours that suit both hemispheres.",
        "Joint work with two other groups began. A host institution in {place} renewed its agreement.",
    ),
    "communicate": (
        "The newsletter reached {n} hundred readers. A radio series on {focus} species was aired in {place}.",
        "Members gave {n} talks. The website now has pages in three languages.",
    ),
    "money": (
        "The group keeps no money of its own. Its host paid for {n} small grants in {place}.",
        "Two donors supported the work in {place}. All reports to them were sent on time.",
    ),
    "needs": (
        "We need help in {place}: a person, not a project.",
        "A little money for meetings, and patience with volunteers who have day jobs.",
    ),
}
COMMENTS = (
    "Which season do these figures come from? Please add the year.",
    "The text names more sites than the target’s figure. Which one is right?",
    "Please say who led this work, so that we can thank them.",
    "Could you add one sentence on what comes next?",
)
RETURN_WORDS = (
    "Thank you for a rich report. Three questions stand beside the sections; with your answers we can publish it.",
    "Nearly there. Please look at the figures under Assess once more.",
)
JOIN_WORDS = (
    "I have worked on {focus} species in {place} for six years and would like to help with assessments.",
    "I teach at the university and can bring students and a small collection from {place}.",
    "I keep the regional records of {focus} species and would be glad to share them.",
)


def fill(text: str, focus: str, random: Random, n: int | None = None) -> str:
    """Return the text with its placeholders replaced."""
    return text.format(focus=focus, place=random.choice(PLACES), n=random.randint(3, 24) if n is None else n)
