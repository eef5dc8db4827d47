"""Makes the types of all configurations known to Hydra, which refuses what does not fit them.

Each part of the project has its options beside it: sl/recipes/options.py, sl/train/options.py and so on.
"""

from hydra.core.config_store import ConfigStore

from sl.audit.options import AuditConfig
from sl.config.hydra_targets import check_what_hydra_composes
from sl.replay.options import TrackConfig
from sl.reproduce.options import ReproduceConfig
from sl.search.options import SearchConfig
from sl.train.options import RunConfig

SCHEMAS = {
    "run": RunConfig,
    "search": SearchConfig,
    "audit": AuditConfig,
    "reproduce": ReproduceConfig,
    "track": TrackConfig,
}


def register() -> None:
    """Store the schemas as `base_run`, `base_search`, ...: what the files in configs/ build on."""
    check_what_hydra_composes()
    for name, schema in SCHEMAS.items():
        ConfigStore.instance().store(name=f"base_{name}", node=schema)
