"""What every subject is made of: events, commands, decisions, money, names, and what they rest on."""
