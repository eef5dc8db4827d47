"""`sl track` from a checkout."""

from sl.commands.start import start

if __name__ == "__main__":
    start("track")
