"""Four short runs on digits: CE and SL, on clean and on noisy labels."""

WANTED = [
    ("dataset=digits", f"noise={noise}", f"loss={loss}", "recipe.epochs=2", "seed=0")
    for noise in ("none", "symmetric")
    for loss in ("ce", "sl")
]
