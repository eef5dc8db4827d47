"""Registers the types of all configurations (sl/options) with Hydra, which refuses values of other types."""

from hydra.core.config_store import ConfigStore

from sl.config.hydra_targets import check_what_hydra_composes
from sl.options.audit import AuditConfig
from sl.options.reproduce import ReproduceConfig
from sl.options.run import RunConfig
from sl.options.search import SearchConfig
from sl.options.track import TrackConfig

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
