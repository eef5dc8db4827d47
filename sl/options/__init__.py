"""The options of every command, as types with their ranges; configs/ says what each means and holds the defaults."""
