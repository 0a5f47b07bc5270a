"""The demo network: real groups, invented people, and their work at one of three stages of the year.

Production neither imports nor installs this package, and its image does not contain it.
"""
