"""The commands, by what they are about; each is a thin edge around the `Assistant`."""
