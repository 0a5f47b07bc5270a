"""The link to the guidance, last in the header."""

from django.utils.translation import gettext_lazy as _

from core.navigation import Link, add_main

add_main(Link(_("Guidance"), "core:guidance", 90))
