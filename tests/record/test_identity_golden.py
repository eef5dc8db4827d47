"""A run's identity must not change by accident: records and checkpoints of other versions would be lost."""

import pytest

from sl.config.compose import compose_run
from sl.train.describe import describe_run

# Recorded from runs of commit 4782a7e.
GOLDEN = {
    "dataset=digits noise=symmetric noise.rate=0.4 loss=ce": "45894f5b33e4caa0",
    "dataset=digits noise=symmetric noise.rate=0.4 loss=sl": "ee3125feb1067235",
}


@pytest.mark.parametrize(("overrides", "identity"), GOLDEN.items())
def test_the_identity_of_a_known_run_stays(overrides: str, identity: str) -> None:
    config, names = compose_run([*overrides.split(), "runtime.precision=float32"])
    assert describe_run(config, names).identity == identity
