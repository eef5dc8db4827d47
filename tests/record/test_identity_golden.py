"""A run's identity must not change by accident: records and checkpoints of other versions would be lost."""

import pytest

from sl.config.compose import compose_run
from sl.errors import UserError
from sl.train.described import describe_run

# Recorded from runs of commit 4782a7e.
GOLDEN = {
    "dataset=digits noise=symmetric noise.rate=0.4 loss=ce": "45894f5b33e4caa0",
    "dataset=digits noise=symmetric noise.rate=0.4 loss=sl": "ee3125feb1067235",
}


@pytest.mark.parametrize(("overrides", "identity"), GOLDEN.items())
def test_the_identity_of_a_known_run_stays(overrides: str, identity: str) -> None:
    config = compose_run([*overrides.split(), "runtime.precision=float32"])
    assert describe_run(config).identity == identity


def test_a_narrow_network_is_another_run() -> None:
    config = compose_run([*next(iter(GOLDEN)).split(), "runtime.precision=float32", "scale.width_share=0.5"])
    described = describe_run(config)
    assert described.identity not in GOLDEN.values()
    assert described.result_config["names"]["scale"] == "custom"


def test_a_network_of_fixed_channels_refuses_a_share_of_them() -> None:
    with pytest.raises(UserError, match=r"scale\.width_share=0\.5: must be 1; "):
        compose_run(["dataset=digits", "model=resnet18", "scale.width_share=0.5"])
