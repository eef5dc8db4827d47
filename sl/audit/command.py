"""Runs `sl audit`: train, predict, estimate the noise, rank the labels, and write the results."""

from dataclasses import asdict
from pathlib import Path

from sl.audit.advice import advise
from sl.audit.analyse import analyse
from sl.audit.classes import Audited, class_numbers, write_classes
from sl.audit.edited import check_replaceable, digests
from sl.audit.figure import draw_noise
from sl.audit.measured_error import STUDY
from sl.audit.predict import combine, parts, predict_all
from sl.audit.rank import Array
from sl.audit.sheet import drawn_at_random, suspicious, write_sheet
from sl.audit.sheet_figure import draw_suspects
from sl.audit.subject import Subject, subject_of
from sl.audit.summary import closing, findings, training_command
from sl.audit.suspects import corrected, labels_list, suspects_list
from sl.errors import UserError
from sl.files import check_writable, expanded, printed, replace_file, replace_json
from sl.locks import alone
from sl.options.audit import AuditConfig
from sl.options.run import OWN_DATA, RunConfig
from sl.record.identity import identity
from sl.record.noise import GIVEN
from sl.record.run import Run
from sl.record.shown import dataset_title, loss_title
from sl.say import say
from sl.scale import scale_name, scale_title
from sl.train.check_folders import check_folders
from sl.train.described import Described, data_dir_unread, describe_run
from sl.train.jobs import choose_jobs
from sl.train.machine import origin_of
from sl.train.prepared import PreparedRun, prepare

OWN = "add dataset=folder"


def run_audit(config: AuditConfig) -> Path:
    """Audit the labels of the data set of `config` (configs/audit.yaml); returns the folder with the results."""
    check_folders(config)
    check_whole(config)
    if data_dir_unread(config):
        raise UserError("data_dir", config.data_dir, f"dataset={config.names['dataset']} does not read it; {OWN}")
    folds = default_folds(config.names["loss"]) if config.folds is None else config.folds
    jobs = choose_jobs(config.jobs, config.runtime.device)
    described = describe_run(config)
    out = expanded("out", config.out or Path(config.results_dir) / audit_name(described, folds))
    runs = parts(config, folds)
    check_data(runs[0], folds)
    check_writable("out", out)
    with alone(out / ".lock", UserError("out", out, "must not be in use: another audit writes to it")):
        check_replaceable(out, described.identity, folds)
        how = f"{what_is_audited(described)}: {method(folds)}"
        say(f"audit of {how}; results will be in {out}; the same command resumes")
        files = predict_all(runs, out / "predictions", min(jobs, len(runs)))
        say("estimates how many labels are wrong, and writes the results")
        prepared = prepare(config)
        subject = subject_of(prepared)
        write_audit(out, subject, combine(files, len(subject.names)), config, prepared, folds)
    return out


def default_folds(loss: str) -> int:
    """The number of folds of an audit with `loss` if the user gives none; 0 means one ordinary run.

    With one run of CE or GCE an audit finds too few wrong labels (docs/audit-study.md); losses other than these and SL
    were hardly measured. Nothing shows that four folds of SL rank better than one run.
    """
    return 0 if loss == "sl" else 4


def check_data(run: RunConfig, folds: int) -> None:
    """Read the data for `run`, one of `folds` runs; UserError if they cannot be audited, before a folder is made."""
    try:
        prepare(run)
    except UserError as error:
        if error.option == "fold":
            raise UserError("folds", folds, "must not exceed the number of images in the largest class") from None
        raise


def check_whole(config: AuditConfig) -> None:
    """Raise UserError if the scale leaves out part of the labels of the user's own pictures; no picture is read."""
    left_out = [option for option in ("train_share", "test_share") if getattr(config.scale, option) < 1]
    if config.names["dataset"] != OWN_DATA or not left_out:
        return
    named: tuple[str, object] = ("scale", config.names["scale"])
    if named[1] == "paper":
        named = (f"scale.{left_out[0]}", getattr(config.scale, left_out[0]))
    raise UserError(*named, "leaves labels out; remove it: an audit of your own pictures is small already")


def audit_name(described: Described, folds: int) -> str:
    """The name of the results folder: data set, noise, loss, folds and the start of the run's identity."""
    dataset, noise, loss = (described.names[choice] for choice in ("dataset", "noise", "loss"))
    if noise == "none" and described.labels_given:
        noise = "given"  # "none" would say that such labels are clean
    return "-".join([dataset, noise, loss, f"folds{folds}", described.identity[:8]])


def what_is_audited(described: Described) -> str:
    """The data set's name; if the user did not choose it, also how to audit the user's own pictures."""
    name = described.names["dataset"]
    if any(typed.startswith("dataset=") for typed in described.config.overrides):
        return name
    return f"{name} (scikit-learn's, the default; for your own pictures {OWN} data_dir=FOLDER)"


def method(folds: int) -> str:
    """How the labels are predicted: "4 folds" or "one run"."""
    return f"{folds} folds" if folds else "one run"


def title_of(run: Run, folds: int) -> str:
    """Data set, noise, loss, folds and scale of the audit of `run`, for its figures and its sheet."""
    noise = "labels as given" if run.noise == GIVEN else run.noise.title
    loss = loss_title(run.name("loss"))
    return ", ".join([dataset_title(run.name("dataset")), noise, loss, method(folds), scale_name(run)])


def write_audit(
    out: Path, subject: Subject, probabilities: Array, config: AuditConfig, prepared: PreparedRun, folds: int
) -> None:
    """Analyse the `probabilities` (N, K), write all files of the audit to `out`, and print its summary."""
    names, run = prepared.names, Run(prepared.header(origin_of(prepared.runtime)))
    found = analyse(subject, probabilities, config.seed, folds, config.expected_precision)
    estimate, trust, ranking = found.estimate, found.trust, found.ranking
    advice = None if trust.unusable else advise(estimate, subject.grey)
    title = title_of(run, folds)
    known = STUDY.get((names["loss"], folds > 0))
    said = findings(ranking, estimate, trust, config.expected_precision, known)
    lists = {
        "suspects.csv": suspects_list(subject, ranking, probabilities),
        "labels.csv": labels_list(subject, corrected(subject, ranking)),
    }
    about = {
        "names": names,
        "noise": run.noise.title,
        "scale": scale_title(run),
        "folds": folds,
        "fingerprint": prepared.result_config["dataset"]["fingerprint"],
        "identity": prepared.identity,
        "lists": digests(out, lists),
        "summary": f"{title}. {' '.join(said)}",
        "not_learnt": list(trust.unlearnt),
        "predicted_as_labelled": trust.agreement,
        "measured_error": known and asdict(known),
        "advice": advice and asdict(advice),
    }
    replace_json(out / "noise.json", about | estimate.as_json(subject.class_names))
    for name, text in lists.items():
        replace_file(out / name, text)
    draw_noise(estimate, subject.class_names, title, out / "noise")
    numbers = class_numbers(subject, ranking, probabilities)
    classes = list(subject.class_names)
    own = Audited(setting=identity_without_loss(prepared, folds), loss=names["loss"], classes=classes, **numbers)
    write_classes(out, own)
    draw_suspects(subject, ranking, title, out / "suspects")
    heading = {
        "lines": [f"{title}.", *said],
        "train": printed(training_command(config, Path("judged_labels.csv"))) if "labels" in config.dataset else None,
        "identity": f"{prepared.identity}-{folds}",
    }
    suspects = suspicious(subject, ranking, config.sheet)
    sample = drawn_at_random(estimate.images, config.sample, config.seed)
    write_sheet(out / "suspects.html", subject, ranking, probabilities, suspects, sample, heading)
    say(closing(config, said, out, (len(suspects), len(sample)), ranking, advice))


def identity_without_loss(described: Described, folds: int) -> str:
    """A hash that is equal for two audits that differ only in the loss."""
    without = {key: value for key, value in described.result_config.items() if key != "loss"}
    return identity({**without, "folds": folds})
