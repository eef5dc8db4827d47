"""cleanlab, which is installed only for audits."""

from types import ModuleType

from sl.errors import UserError
from sl.extras import install


def import_cleanlab() -> ModuleType:
    """cleanlab with its modules count, filter and rank; UserError where it is not installed."""
    try:
        import cleanlab.count
        import cleanlab.filter
        import cleanlab.rank
    except ImportError:
        raise UserError(f"cleanlab is not installed: {install(['audit'])}") from None
    return cleanlab
