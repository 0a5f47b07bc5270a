"""Personas: one person for each role of the security model, with known passwords. They exist in demo mode only."""

from __future__ import annotations

import base64
import hashlib
import time
from dataclasses import dataclass

from allauth.mfa import app_settings
from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value

GROUP = "cat"
DOMAIN = "demo.ssc.example"


@dataclass(frozen=True)
class Persona:
    """An account with a known password. `office` is their office in the demo group, `network` their network role."""

    code: str
    role: str
    account: str
    given_name: str
    family_name: str
    region: str
    country: str
    office: str = ""
    network: str = ""
    topic: str = ""
    member: bool = True
    language: str = "en"

    @property
    def email(self) -> str:
        """The address with which the persona signs in."""
        return f"{self.account}@{DOMAIN}"

    @property
    def password(self) -> str:
        """The password. It is long enough for the rules and easy to copy."""
        return f"demo-{self.account}-passphrase"

    @property
    def needs_code(self) -> bool:
        """Whether the role needs a second factor."""
        return self.code in {"NS", "CS", "CA", "SC", "DC", "SM", "RR", "SU", "TR"}

    @property
    def secret(self) -> str:
        """The secret of the authenticator app. It is the same at each start, so that an app can still be used."""
        return base64.b32encode(hashlib.sha256(f"demo {self.account}".encode()).digest()[:20]).decode()

    def code_now(self) -> str:
        """Return the six figures that an authenticator app shows at this moment."""
        return format_hotp_value(hotp_value(self.secret, int(time.time()) // app_settings.TOTP_PERIOD))

    @property
    def seconds_left(self) -> int:
        """For how many seconds the present code is still valid."""
        return 30 - int(time.time()) % 30


PERSONAS = (
    Persona(
        "AP",
        "Applicant, member of no group",
        "applicant",
        "Nadia",
        "Obrechtova",
        "east-europe-asia",
        "CZ",
        member=False,
    ),
    Persona(
        "ME",
        "Member of the Cat Specialist Group",
        "member",
        "Tomás",
        "Arriagadel",
        "meso-south-america",
        "CL",
        language="es",
    ),
    Persona(
        "OM",
        "Member of the Otter Specialist Group",
        "other",
        "Kaisa",
        "Virtasalo",
        "west-europe",
        "FI",
        member=False,
    ),
    Persona("LE", "Co-Chair", "leader", "Inès", "Vauclairmont", "west-europe", "CH", office="co_chair"),
    Persona("DE", "Deputy Chair", "deputy", "Tendai", "Mukwashira", "africa", "ZW", office="deputy_chair"),
    Persona(
        "DD",
        "Vice-Chair, leadership delegated",
        "delegate",
        "Hana",
        "Minegishi",
        "south-east-asia",
        "JP",
        office="vice_chair",
    ),
    Persona(
        "RL",
        "Red List Authority coordinator",
        "redlist",
        "Lucía",
        "Ferreyrana",
        "meso-south-america",
        "AR",
        office="red_list_coordinator",
        language="es",
    ),
    Persona(
        "PO",
        "Programme officer",
        "officer",
        "Bao",
        "Tranminh",
        "south-east-asia",
        "VN",
        office="programme_officer",
    ),
    Persona(
        "TR", "Treasurer", "treasurer", "Malcolm", "Strathearnie", "west-europe", "GB", office="treasurer"
    ),
    Persona(
        "FP",
        "Focal point, conservation planning",
        "focal",
        "Wanjiru",
        "Kamandera",
        "africa",
        "KE",
        office="focal_point",
        topic="planning",
    ),
    Persona(
        "NS",
        "Network support of the Cat Specialist Group",
        "support",
        "Marta",
        "Lindqvistad",
        "west-europe",
        "SE",
        office="network_support",
        member=False,
    ),
    Persona(
        "CS",
        "Chair’s Office staff",
        "staff",
        "Adèle",
        "Fontanges",
        "west-europe",
        "FR",
        network="CS",
        member=False,
        language="fr",
    ),
    Persona(
        "CA",
        "Chair’s Office administrator",
        "admin",
        "Rashid",
        "Belhassenar",
        "west-asia",
        "JO",
        network="CA",
        member=False,
    ),
    Persona("SC", "SSC Chair", "chair", "Vivienne", "Okonjola", "africa", "NG", network="SC", member=False),
    Persona(
        "DC",
        "SSC Deputy Chair",
        "deputychair",
        "Leopold",
        "Achterberg",
        "west-europe",
        "NL",
        network="DC",
        member=False,
    ),
    Persona(
        "SM",
        "Steering Committee member",
        "steering",
        "Mei",
        "Fongtang",
        "south-east-asia",
        "HK",
        network="SM",
        member=False,
    ),
    Persona(
        "RR",
        "Regional office reviewer, Africa",
        "regional",
        "Akosua",
        "Darkwahene",
        "africa",
        "GH",
        network="RR",
        member=False,
    ),
    Persona(
        "SU", "System administrator", "system", "Ossian", "Rydbergson", "west-europe", "SE", member=False
    ),
)
