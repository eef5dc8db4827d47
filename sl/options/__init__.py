"""The options of every command, as types with their ranges. configs/ says what each means, sl/config fills them in."""
