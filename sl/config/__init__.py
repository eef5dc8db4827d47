"""Turns a command line into a typed, checked configuration and its nodes into objects; nothing else uses Hydra."""
