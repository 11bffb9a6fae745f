"""What leaves for the city's ticket system: signed events over HTTP."""
