"""How an OpenStreetMap extract becomes a city folder: one file per table, rules and counts said out loud."""
