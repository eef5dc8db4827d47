"""Misspelt names, values of a wrong type or out of range, classes that do not fit: what is said of each."""

import pytest

from sl.config.compose import compose_run
from sl.config.messages import as_typed
from sl.errors import UserError

MISSPELT = [
    ("sed=1", "sed=1: there is no such option; did you mean seed?"),
    ("epochs=3", "epochs=3: there is no such option; did you mean recipe.epochs?"),
    ("recpie.epochs=3", "recpie.epochs=3: there is no such option; did you mean recipe?"),
    ("recipe.sl.alfa=1", "recipe.sl.alfa=1: there is no such option; did you mean alpha? must be one of alpha, beta,"),
    ("dataet=cifar10", "dataet=cifar10: there is no such option; did you mean dataset?"),
    ("SEED=1", "SEED=1: there is no such option; did you mean seed?"),
    ("foo.bar=1", "foo.bar=1: there is no such option; must be one of allow_targets, checkpoints_dir, data_dir,"),
    ("tracker.wandb.project=x", "tracker.wandb.project=x: this option comes only with tracker=wandb"),
    ("tracker.project=x", "tracker.project=x: there is no such option; did you mean tracker.wandb.project?"),
    ("loss=nce_rce +loss.passive.foo=1", "loss.passive.foo=1: there is no such option; must be one of log_zero,"),
    ("+foo=1", "foo=1: there is no such option; must be one of allow_targets, checkpoints_dir,"),
]
CHOICES = [
    ("loss=scee", "loss=scee: did you mean "),
    ("noise=uniform", "noise=uniform: must be one of asymmetric, human, matrix, none, symmetric"),
    ("model=cnn9", "model=cnn9: did you mean cnn8? must be one of cnn4, cnn8, cnn8pooled, recipe,"),
    ("scale=half", "scale=half: must be one of cpu, paper"),
    ("loss=SL", "loss=SL: did you mean sl? must be one of agce, backward,"),
    ("dataset=CIFAR10", "dataset=CIFAR10: did you mean cifar10? must be one of "),
    ("loss=sl.yaml", "loss=sl.yaml: did you mean sl? must be one of agce, backward,"),
    ("loss=../loss/sl", "loss=../loss/sl: did you mean sl? must be one of agce, backward,"),
    ("tracker=[csv,wandb.yaml]", "tracker=[csv,wandb.yaml]: did you mean wandb? must be one of csv, mlflow,"),
    ("recipe=[apl,x]", "recipe=[apl,x]: did you mean apl? must be one of apl, authors_code, finetune, paper_text"),
]
TYPES = [
    ("recipe.lr=banana", "recipe.lr=banana: must be a number"),
    ("recipe.lr=", "recipe.lr=: must be a number"),
    ("recipe.flip=maybe", "recipe.flip=maybe: must be true or false"),
    ("recipe.milestones=3", "recipe.milestones=3: must be a list such as [a,b]"),
    ("recipe.milestones=[a]", "recipe.milestones=[a]: must be a whole number"),
    ("seed=0.5", "seed=0.5: must be a whole number"),
    ("seed=true", "seed=true: must be a whole number"),
    ("runtime.threads=1.5", "runtime.threads=1.5: must be a whole number"),
    ("allow_targets={a:1}", "allow_targets={a:1}: must be a list such as [a,b]"),
    ("probe=3", "probe=3: must be set by its options, probe.NAME=VALUE"),
    ("probe=[1]", "probe=[1]: must be set by its options, probe.NAME=VALUE"),
    ("data_dir=[a]", "data_dir=[a]: must be text"),
    ("data_dir=null", "data_dir=null: must be a value, not null"),
    ("noise=symmetric noise.rate=high", "noise.rate=high: must be a number in [0, 1]"),
    ("noise=symmetric noise.exact=perhaps", "noise.exact=perhaps: must be true or false"),
]
HUGE = "1" + 400 * "0"  # too large for a float
DEEP = 1000 * "[" + 1000 * "]"
RANGES = [
    (f"loss.alpha={DEEP}", f"loss.alpha={DEEP}: maximum recursion depth exceeded"),
    (f"recipe.lr={HUGE}", f"recipe.lr={HUGE}: must be a number between -1.8e308 and 1.8e308"),
    (f"recipe.clip_norm=-{HUGE}", f"recipe.clip_norm=-{HUGE}: must be a number between -1.8e308 and 1.8e308"),
    (f"loss.alpha={HUGE}", f"loss.alpha={HUGE}: must be a number in [0, inf)"),
    (f"noise=symmetric noise.rate=-{HUGE}", f"noise.rate=-{HUGE}: must be a number in [0, 1]"),
    ("noise=symmetric noise.rate=1.5", "noise.rate=1.5: must be a number in [0, 1]"),
    ("noise=asymmetric noise.rate=-0.1", "noise.rate=-0.1: must be a number in [0, 1]"),
    ("loss.alpha=-1", "loss.alpha=-1: must be a number in [0, inf)"),
    ("recipe.sl.alpha=-1", "recipe.sl.alpha=-1: must be a number in [0, inf)"),
    ("loss=nce_rce loss.passive.log_zero=1", "loss.passive.log_zero=1: must be a number in (-inf, 0)"),
    ("loss=gce loss.q=0", "loss.q=0: must be a number in (0, 1]"),
    ("+loss.reduction=none", "loss.reduction=none: must not be given: a run always takes the mean"),
    ("+model.num_classes=3", "model.num_classes=3: must not be given: the run itself sets it"),
    ("recipe.epochs=0", "recipe.epochs=0: must be a whole number of at least 1"),
    ("recipe.batch_size=0", "recipe.batch_size=0: must be a whole number of at least 2"),
    ("recipe.lr=-1", "recipe.lr=-1: must be a number in (0, inf)"),
    ("recipe.lr=inf", "recipe.lr=inf: must be a number in (0, inf)"),
    ("recipe.milestones=[3,1]", "recipe.milestones=[3,1]: must be epochs of at least 1 in ascending order"),
    ("recipe.milestones=[3,3]", "recipe.milestones=[3,3]: must be epochs of at least 1 in ascending order"),
    ("recipe.milestones=[0,3]", "recipe.milestones=[0,3]: must be epochs of at least 1 in ascending order"),
    ("recipe.schedule=linear", "recipe.schedule=linear: must be one of steps, cosine"),
    ("recipe.nesterov=true", "recipe.nesterov=true: must be false unless recipe.momentum_form is torch"),
    ("recipe.shift=0.2 recipe.crop_padding=4", "recipe.crop_padding=4: must be 0 with recipe.shift=0.2"),
    ("fold=5/4", "fold=5/4: must be NUMBER/FOLDS, such as 2/4"),
    ("fold=1/4 holdout=0.1", "fold=1/4: must be null where holdout=0.1 is given"),
    ("holdout=1", "holdout=1: must be a number in (0, 1)"),
    ("runtime.threads=0", "runtime.threads=0: must be a whole number of at least 1"),
    ("runtime.threads=1025", "runtime.threads=1025: must be a whole number from 1 to 1024"),
    (
        "runtime.precision=float16",
        "runtime.precision=float16: did you mean bfloat16? must be one of auto, float32, bfloat16",
    ),
    (
        "runtime.step=fast",
        "runtime.step=fast: did you mean fastest? must be one of auto, fastest, eager, compile, graph, compiled_graph",
    ),
    ("recipe.momentum_form=kears", "recipe.momentum_form=kears: did you mean keras? must be one of keras, torch"),
    ("recipe.decay_on=fc2", "recipe.decay_on=fc2: did you mean fc1? must be one of fc1, kernels, all, none"),
    ("recipe.initialisation=he", "recipe.initialisation=he: must be one of he_normal, he_uniform, torch"),
    ("recipe.normalisation=mean", "recipe.normalisation=mean: must be one of pixel_mean, channel, none"),
    ("recipe.gamma=0", "recipe.gamma=0: must be a number in (0, 1]"),
    ("recipe.gamma=1.1", "recipe.gamma=1.1: must be a number in (0, 1]"),
    ("recipe.momentum=1", "recipe.momentum=1: must be a number in [0, 1)"),
    ("recipe.bn_eps=0", "recipe.bn_eps=0: must be a number in (0, inf)"),
    ("recipe.bn_momentum=0", "recipe.bn_momentum=0: must be a number in (0, 1]"),
    ("recipe.bn_momentum=1.1", "recipe.bn_momentum=1.1: must be a number in (0, 1]"),
    ("recipe.p_min=1", "recipe.p_min=1: must be a number in [0, 1)"),
    ("recipe.p_min=-0.1", "recipe.p_min=-0.1: must be a number in [0, 1)"),
    ("recipe.shift=1", "recipe.shift=1: must be a number in [0, 1)"),
    ("recipe.shift=-0.1", "recipe.shift=-0.1: must be a number in [0, 1)"),
    ("recipe.crop_padding=-1", "recipe.crop_padding=-1: must be a whole number of at least 0"),
    ("recipe.rotation=181", "recipe.rotation=181: must be a number in [0, 180]"),
    ("recipe.rotation=-1", "recipe.rotation=-1: must be a number in [0, 180]"),
    ("recipe.lr_decay=-1", "recipe.lr_decay=-1: must be a number in [0, inf)"),
    ("recipe.weight_decay=-1", "recipe.weight_decay=-1: must be a number in [0, inf)"),
    ("recipe.clip_norm=0", "recipe.clip_norm=0: must be a number in (0, inf)"),
    ("+recipe.head_lr_factor=0", "recipe.head_lr_factor=0: must be a number in (0, inf)"),
    ("recipe.sl.beta=-1", "recipe.sl.beta=-1: must be a number in [0, inf)"),
    ("recipe.sl.log_zero=0", "recipe.sl.log_zero=0: must be a number in (-inf, 0)"),
    ("seed=-1", "seed=-1: must be a whole number of at least 0"),
    ("scale.train_share=0", "scale.train_share=0: must be a number in (0, 1]"),
    ("scale.epoch_share=1.5", "scale.epoch_share=1.5: must be a number in (0, 1]"),
    ("probe.representations=-1", "probe.representations=-1: must be a whole number of at least 0"),
    (
        "tracker=wandb tracker.wandb.mode=later",
        "tracker.wandb.mode=later: must be one of auto, online, offline, disabled",
    ),
    (
        "noise=human noise.name=worse",
        "noise.name=worse: did you mean worst? must be one of aggregate, random1, random2, random3, worst",
    ),
    ("noise=asymmetric noise.variant=odd", "noise.variant=odd: must be one of published, pairs, cyclic, superclass"),
]
TARGETS = [
    ("loss._target_=os.system", "loss._target_=os.system: must be a class of sl.losses"),
    ("loss._target_=torch.nn.NLLLoss", "loss._target_=torch.nn.NLLLoss: must be a class of sl.losses"),
    (
        "loss._target_=sl.losses.Focal",
        "loss._target_=sl.losses.Focal: did you mean FocalLoss? must be one of ",
    ),
    ("loss._target_=sl.losses.x.Y", "loss._target_=sl.losses.x.Y: there is no module sl.losses.x"),
    ("recipe.model=sl.losses.Loss", "recipe.model=sl.losses.Loss: must be a class of sl.models"),
    ("noise._target_=sl.data.Digits", "noise._target_=sl.data.Digits: must be a class of sl.noise"),
    ("+loss._partial_=true", "loss._partial_=true: there is no such option"),
]
MISSING = [
    ("~loss.alpha", "loss.alpha: is required"),
    ("~seed", "seed: is required"),
    ("seed=???", "seed=???: is required"),
    ("loss._target_=???", "loss._target_=???: has no _target_, a class; must be one of "),
    ("loss=null", "loss=null: is required; must be one of agce, "),
    ("noise=none loss=null", "loss=null: is required; must be one of agce, "),
    ("~dataset", "dataset: is required; must be one of cifar10, "),
    ("~recipe.lr", "recipe.lr: is required"),
]
INTERPOLATIONS = [
    ("loss.alpha=${nope}", "loss.alpha=${nope}: ${nope} names no option"),
    ("loss.alpha=${loss.bta}", "loss.alpha=${loss.bta}: ${loss.bta} names no option; did you mean loss.beta?"),
    ("data_dir=${oc.env:NOPE}", "data_dir=${oc.env:NOPE}: the environment variable NOPE must be set"),
    ("data_dir=${loss}", "data_dir=${loss}: must be text"),
    ("data_dir=${oc.select:nope}", "data_dir=${oc.select:nope}: must be a value, not null"),
    ("data_dir=${seed:1}", "data_dir=${seed:1}: must be text, ${OPTION} or ${oc.env:VARIABLE}"),
    ("seed=${recipe.lr}", "seed=${recipe.lr}: must be a whole number"),
    ("seed=${seed}", "seed=${seed}: must not be made of its own value"),
    ("recipe=${nope}", "recipe=${nope}: is required; must be one of apl, "),
]
SIGNS = [
    ("+loss=ce", "loss=ce: has a choice already; leave out the + to make another"),
    ("+seed=1", "seed=1: has a value already; leave out the + to change it"),
    ("~loss.alpha=3", "loss.alpha=3: is 0.01, so this removes nothing; ~loss.alpha removes it"),
    ("~loss=ce", "loss=ce: is not the choice, so this removes nothing"),
    ("~recipe.epochz", "recipe.epochz: there is no such option; did you mean recipe.epochs? --help lists them"),
    ("loss@x=ce", "loss@x=ce: there is no such choice; did you mean loss?"),
    ("+experiment=fig1", "experiment=fig1: this command has no such group of choices; must be one of dataset, noise,"),
    ("+loss@x=ce", "loss/ce.yaml: x: there is no such option; must be one of allow_targets, checkpoints_dir,"),
    ("seed=range(0,3)", "seed=range(0,3): several values are a sweep, add -m to train each"),
    ("hydra.mode=foo", "hydra.mode=foo: must be one of RUN, MULTIRUN"),
    ("=3", "=3: must be option=value; --help lists the options"),
]
REFUSED = MISSPELT + CHOICES + TYPES + RANGES + TARGETS + MISSING + INTERPOLATIONS + SIGNS
pytestmark = pytest.mark.usefixtures("hydra")


@pytest.mark.parametrize(
    ("arguments", "line"), MISSPELT + CHOICES + TYPES + RANGES + TARGETS + MISSING + INTERPOLATIONS + SIGNS
)
def test_a_value_is_refused_in_one_line(arguments: str, line: str) -> None:
    typed = arguments.split(" ")
    with pytest.raises(UserError) as error:
        compose_run(typed)
    assert str(as_typed(error.value, typed)).startswith(line)
