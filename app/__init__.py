"""People: command line, scheduler, dashboard. Wires and shows; computes nothing."""
