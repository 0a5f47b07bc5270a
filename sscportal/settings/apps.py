"""The portal's own packages by name, each above those that it imports: settings, tests and tools read them here.

This module reads no environment, so that tools can import it before the services are up. `[tool.importlinter]` in
pyproject.toml repeats the names, because it orders them; a test compares both.
"""

# The product, from the top down.
PORTAL_APPS = (
    *("office", "workspace", "finance", "reporting"),
    *("members", "groups", "duties", "accounts", "core"),
)
# What runs and fills a demo. Demo settings install these two; base and production settings never do.
TOOL_APPS = ("devstack", "demo")
# Every package beside manage.py, without tests and tools.
PACKAGES = (*TOOL_APPS, "sscportal", *PORTAL_APPS)
