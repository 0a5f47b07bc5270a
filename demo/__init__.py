"""The demo network: real groups, invented people, and a year that can be looked at from three places.

Production neither imports nor installs this package, and its image does not contain it.
"""
