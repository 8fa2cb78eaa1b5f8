"""One module a command. Heavy rooms are imported inside the functions, so that `sayso --help` stays quick."""
