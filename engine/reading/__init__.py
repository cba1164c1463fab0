"""Reading a process package: XML without entities, TOML and JSON with every key known, findings for all of it."""
