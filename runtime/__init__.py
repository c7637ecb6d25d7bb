"""Everything of Quartet that has a clock, a socket or a disk; what it decides, `engine` decides."""
