"""The one kind of error that its reader can mend by changing what they typed or have on disk."""


class UserError(ValueError):
    """Says in one line what is wrong, where, and what is allowed; commands exit with code 2 on it.

    It is a ValueError, so code that uses the library catches what it would expect.
    """
