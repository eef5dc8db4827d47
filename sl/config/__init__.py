"""From a command line to a typed, checked configuration, and from its nodes to objects: all that knows Hydra."""
