"""Objects for the walk over every route: what the forms post."""


def profile(group, cast):
    """A whole profile."""
    return {
        "_data": {
            "given_name": "Noor",
            "family_name": "Al-Hashimi",
            "language": "en",
            "country": "JO",
            "expertise": "Lynx",
        }
    }


SAMPLES = {"accounts:profile": profile}
