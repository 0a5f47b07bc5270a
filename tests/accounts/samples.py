"""Sample objects for the test of every route: the data that the forms post."""


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
