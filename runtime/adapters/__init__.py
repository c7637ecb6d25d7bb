"""The ports of the engine made real: the ways out of the process."""
