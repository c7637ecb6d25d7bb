"""The commands of `quartet`, one file each, found by a look into this folder."""
