"""labels.csv in place of folders."""

from pathlib import Path
from unicodedata import normalize

import pytest
from PIL import Image

from sl.data import ImageFolder
from sl.errors import UserError


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """Pictures 0.png to 7.png in a folder; their grey is their number."""
    (tmp_path / "pictures").mkdir()
    for number in range(8):
        Image.new("L", (3, 3), number).save(tmp_path / "pictures" / f"{number}.png")
    return tmp_path


HEADER = "ROOT/labels.csv line 1: it must name the columns path and label, separated by a comma, and has:"

IN_QUOTES = 'must be CSV, where a value that begins with " ends with one'


def rows(*labels: str, head: str = "path,label") -> str:
    return "\n".join([head, *(f"pictures/{number}.png,{label}" for number, label in enumerate(labels))]) + "\n"


def refused(root: Path, text: str) -> str:
    (root / "labels.csv").write_text(text, encoding="utf-8")
    with pytest.raises(UserError) as error:
        ImageFolder("mine", root, 2).outline()
    assert "\n" not in str(error.value)
    return str(error.value).replace(str(root), "ROOT")


def test_the_file_names_the_classes(root: Path) -> None:
    (root / "labels.csv").write_text(rows("10", "9", "9", "10", "9", "10", "10"))
    data = ImageFolder("mine", root, 2, test_share=0.4).load()
    assert data.class_names == ("9", "10")
    assert data.facts["split"] == "40 % of every class is drawn for testing (split_seed=0)"
    shown = dict(zip(data.train_images[:, 0, 0, 0].tolist(), data.train_labels.tolist(), strict=True))
    shown |= dict(zip(data.test_images[:, 0, 0, 0].tolist(), data.test_labels.tolist(), strict=True))
    assert shown == {0: 1, 1: 0, 2: 0, 3: 1, 4: 0, 5: 1, 6: 1}
    assert len(data.test_labels) == 3


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig"])
@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_as_spreadsheets_write_it(root: Path, encoding: str, end: str) -> None:
    text = rows("猫", "dog, small", "猫", '"dog, small"', head="path,label").replace(",dog, small", ',"dog, small"')
    (root / "labels.csv").write_text(text.replace("\n", end), encoding=encoding, newline="")
    assert ImageFolder("mine", root, 2).outline().class_names == ("dog, small", "猫")


@pytest.mark.parametrize("tested", ["pictures/2.png", "test/2.png"])
def test_columns_in_another_order_and_a_split(root: Path, tested: str, capsys: pytest.CaptureFixture[str]) -> None:
    (root / "test").mkdir()
    (root / "pictures" / "2.png").rename(root / tested)
    lines = [
        "label,score,split,path",
        "a,1,train,pictures/0.png",
        "b,1,train,pictures/1.png",
        f"a,0,test,{tested}",
    ]
    (root / "labels.csv").write_text("\n".join(lines))
    data = ImageFolder("mine", root, 2).outline()
    assert (data.train_paths, data.test_paths) == (("pictures/0.png", "pictures/1.png"), (tested,))
    assert data.facts["split"] == "training and test pictures are as given"
    ImageFolder("mine", root, 2).load()
    assert "the column split of labels.csv names the test pictures" in capsys.readouterr().err


def test_empty_values_at_the_end_of_a_line_are_passed_over(root: Path) -> None:
    (root / "labels.csv").write_text(rows("a,,", "b,", "a,,", "b"))
    assert ImageFolder("mine", root, 2).outline().class_names == ("a", "b")


def test_the_names_of_the_columns_may_have_any_case(root: Path) -> None:
    (root / "labels.csv").write_text(
        "Path, LABEL,Split\npictures/0.png, a,train\n pictures/1.png,b , train\npictures/2.png,a,test\n"
    )
    data = ImageFolder("mine", root, 2).outline()
    assert data.test_paths == ("pictures/2.png",)
    assert data.class_names == ("a", "b")


@pytest.mark.parametrize(("on_disk", "listed"), [("NFD", "NFC"), ("NFC", "NFD"), ("NFC", "NFC")])
def test_a_name_is_found_however_its_letters_are_spelt(root: Path, on_disk: str, listed: str) -> None:
    """macOS takes é apart, most other systems do not; records name the picture as the list does."""
    names = ["Äpfel/é.png", "Äpfel/ü.png", "Äpfel/a.png"]
    (root / normalize(on_disk, "Äpfel")).mkdir()
    for name in names:
        Image.new("L", (3, 3), 7).save(root / normalize(on_disk, name))
    lines = [f"{normalize(listed, name)},{label}" for name, label in zip(names, "aba", strict=True)]
    (root / "labels.csv").write_text("\n".join(["path,label", *lines]), encoding="utf-8")
    data = ImageFolder("mine", root, 2).load()
    assert sorted(data.train_paths + data.test_paths) == sorted(normalize(listed, name) for name in names)


def test_several_mistakes_are_said_at_once(root: Path) -> None:
    wrong = ["/x.png,a", ",a", "pictures/0.png,b", "pictures/3.png,", "pictures/4.png,"]
    said = refused(root, rows("a", "b") + "\n".join(wrong))
    assert said == (
        "ROOT/labels.csv line 4: /x.png: the path must be relative to data_dir; "
        "line 5: it must have a path, relative to data_dir, and a label; "
        "line 6: pictures/0.png is in line 2 already; and 2 more"
    )


def test_paths_in_train_and_test_say_the_split(root: Path) -> None:
    (root / "pictures").rename(root / "train")
    (root / "test").mkdir()
    (root / "train" / "7.png").rename(root / "test" / "7.png")
    (root / "labels.csv").write_text("path,label\ntrain/0.png,a\ntest/7.png,b\ntrain/1.png,b\n")
    data = ImageFolder("mine", root, 2).outline()
    assert (data.train_paths, data.test_paths) == (("train/0.png", "train/1.png"), ("test/7.png",))


@pytest.mark.parametrize("folders", [("train",), ("train", "test", "more")])
def test_folders_that_are_not_exactly_train_and_test_say_no_split(root: Path, folders: tuple[str, ...]) -> None:
    names = [f"{folder}/{number}.png" for folder in folders for number in range(4)]
    for name in names:
        (root / name).parent.mkdir(exist_ok=True)
        Image.new("L", (3, 3)).save(root / name)
    lines = [f"{name},{'ab'[number % 2]}" for number, name in enumerate(names)]
    (root / "labels.csv").write_text("\n".join(["path,label", *lines]))
    data = ImageFolder("mine", root, 2).outline()
    assert data.facts["split"].startswith("20 % of every class is drawn")
    assert sorted(data.train_paths + data.test_paths) == sorted(names)


def test_the_split_is_part_of_the_data(root: Path) -> None:
    def fingerprint(*parts: str) -> str:
        labels = [f"{label},{part}" for label, part in zip("abab", parts, strict=True)]
        (root / "labels.csv").write_text(rows(*labels, head="path,label,split"))
        return ImageFolder("mine", root, 2).fingerprint()

    assert fingerprint("train", "train", "train", "test") != fingerprint("train", "train", "test", "test")


def test_a_file_elsewhere_takes_its_place(root: Path, tmp_path_factory: pytest.TempPathFactory) -> None:
    (root / "labels.csv").write_text(rows("a", "b", "a", "b"))
    corrected = tmp_path_factory.mktemp("elsewhere") / "corrected.csv"
    corrected.write_text(rows("a", "b", "a", "b"))
    own, same = ImageFolder("mine", root, 2), ImageFolder("mine", root, 2, labels=corrected)
    assert own.fingerprint() == same.fingerprint()  # where a file lies says nothing
    corrected.write_text(rows("a", "b", "b", "b"))
    other = ImageFolder("mine", root, 2, labels=corrected)
    assert other.fingerprint() != own.fingerprint()
    assert sorted(other.outline().train_labels.tolist() + other.outline().test_labels.tolist()) == [0, 1, 1, 1]


def test_classes_that_differ_in_case_alone_are_said(root: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (root / "labels.csv").write_text(rows("cat", "Cat", "dog", "cat", "Cat", "dog"))
    ImageFolder("mine", root, 2).load()
    assert "classes that differ in upper and lower case alone: Cat, cat\n" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", f"{HEADER} nothing"),
        ("path;label\n", f"{HEADER} path;label"),
        (rows("a", ""), "ROOT/labels.csv line 3: it must have a path, relative to data_dir, and a label"),
        (rows("a", "b") + "pictures/2.png\n", "ROOT/labels.csv line 4: it must have a path"),
        ("path,label\n/etc/passwd,a\n", "ROOT/labels.csv line 2: /etc/passwd: the path must be relative to data_dir"),
        (rows("a", "b") + "pictures/./0.png,b\n", "ROOT/labels.csv line 4: pictures/0.png is in line 2 already"),
        (rows("a,train", "b,", head="path,label,split"), "ROOT/labels.csv line 3: split=: must be train or test; "),
        ("path,label\n" + "a" * 200_000 + ",a\n", f"ROOT/labels.csv line 2: {IN_QUOTES}: field larger than"),
        (rows('a,"never closed', "b", "b", head="path,label,note"), f"ROOT/labels.csv line 2: {IN_QUOTES}: unexpected"),
        (rows("a", 'b,"no', 'b,"yes', head="path,label,note"), f"ROOT/labels.csv line 3: {IN_QUOTES}: ',' expected"),
        (
            rows("a,train", "b,dev", head="path,label,split"),
            "ROOT/labels.csv line 3: split=dev: must be train or test; write tr",
        ),
        ("path,label\npictures\\0.png,a\n", "ROOT/labels.csv line 2: pictures\\0.png: write / between folders"),
        (rows("a,train", "b,train", head="path,label,split"), "labels=ROOT/labels.csv: no row has split=test"),
        (
            rows("a,test", "b,train", head="path,label,split"),
            "labels=ROOT/labels.csv: class a must have a picture for training",
        ),
        (rows("a", "b") + "pictures/2\0.png,b\n", "ROOT/labels.csv line 4: 'pictures/2\\x00.png' holds a control "),
        (rows("a", "b") + '"pictures/\r2.png",b\n', "ROOT/labels.csv line 5: 'pictures/\\r2.png' holds a control "),
        (rows("a", "cat, big"), "ROOT/labels.csv line 3: it has more values than line 1 has columns; put a value with"),
        (rows("a", "b", head="path,label,Label"), "ROOT/labels.csv line 1: it names the column label more than once"),
        (rows("a", "a"), "labels=ROOT/labels.csv: must have two or more classes, and has 1"),
    ],
)
def test_mistakes_are_named_with_their_line(root: Path, text: str, message: str) -> None:
    assert refused(root, text).startswith(message)


def test_a_file_that_is_not_there_or_no_text(root: Path) -> None:
    with pytest.raises(UserError, match=r"nowhere\.csv is missing$"):
        ImageFolder("mine", root, 2, labels=root / "nowhere.csv").fingerprint()
    (root / "labels.csv").write_bytes("path,label\ncafé.png,a\n".encode("latin-1"))
    with pytest.raises(UserError, match=r"labels\.csv: must be UTF-8 text; save it as CSV UTF-8$"):
        ImageFolder("mine", root, 2).fingerprint()


def test_a_picture_that_is_not_there_is_named(root: Path) -> None:
    (root / "labels.csv").write_text(rows("a", "b", "a", "b") + "pictures/99.png,a\n")
    with pytest.raises(UserError) as error:
        ImageFolder("mine", root, 2).load()
    assert str(error.value) == (
        f"1 picture missing in {root}: pictures/99.png; paths in {root / 'labels.csv'} are relative to data_dir; "
        "dataset.on_error=skip leaves them out"
    )
    data = ImageFolder("mine", root, 2, on_error="skip").load()
    assert "pictures/99.png" not in data.train_paths + data.test_paths


def test_a_picture_that_is_named_in_two_spellings_is_listed_twice(root: Path) -> None:
    Image.new("L", (3, 3), 9).save(root / "pictures" / normalize("NFC", "ä.png"))
    names = [f"pictures/{normalize(form, 'ä.png')}" for form in ("NFC", "NFD")]
    lines = [f"{name},{label}" for name, label in zip(names, "ab", strict=True)]
    said = refused(root, "\n".join(["path,label", "pictures/0.png,a", *lines, ""]))
    assert f"line 4: {names[1]} is in line 3 already" in said
