"""`python -m sl train ...`: the console command `sl` without its script."""

from sl.commands.start import main

if __name__ == "__main__":
    main()
