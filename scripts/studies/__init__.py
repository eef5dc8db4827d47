"""This project's own measurements, started by the scripts beside this folder; an installed package has none of it."""
