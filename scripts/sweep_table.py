"""`sl sweep_table` from a checkout."""

from sl.commands.start import start

if __name__ == "__main__":
    start("sweep_table")
