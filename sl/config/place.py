"""Where the configuration files lie; nothing is imported for it, so that those who only read records may ask too."""

from pathlib import Path

CONFIG_DIR = Path(__file__).resolve().parents[2] / "configs"
