"""Pages about membership: inside a group, by the link of an invitation, and a person's own."""
