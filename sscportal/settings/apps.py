"""The names of the portal's own packages, each before those that it imports. Settings, tests and tools read them.

This module does not read the environment, so tools can import it before the services run. `[tool.importlinter]` in
pyproject.toml repeats the names, because it orders them; a test compares both.
"""

# The product, from the highest app to the lowest.
PORTAL_APPS = (
    *("office", "workspace", "finance", "reporting"),
    *("members", "groups", "duties", "accounts", "core"),
)
# The packages that run a demo and fill it with data. Only the settings of demo and tools install these two.
TOOL_APPS = ("devstack", "demo")
# Every package in the top folder, without tests and tools.
PACKAGES = (*TOOL_APPS, "sscportal", *PORTAL_APPS)
