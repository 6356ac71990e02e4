"""What may happen: events, rules and decisions, without clock or input and output."""
