"""The demo network: real groups, invented people, and a year that can be looked at from three places."""
