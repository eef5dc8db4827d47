"""This project's own measurements, started by the scripts beside this folder; no part of the installed package."""
