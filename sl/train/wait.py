"""Trains a run, or waits for the process that is training it already."""

import time
from pathlib import Path

from omegaconf import DictConfig

from sl.train.run import Busy, train

POLL_SECONDS = 5.0


def train_when_free(config: DictConfig, names: dict[str, str]) -> Path:
    """As `train`; a run that another process is training is complete after the wait, or is resumed here."""
    said = False
    while True:
        try:
            return train(config, names)
        except Busy as busy:
            if not said:
                print(f"{busy}; waiting for it", flush=True)
            said = True
        time.sleep(POLL_SECONDS)
