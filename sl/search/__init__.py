"""Choosing a loss's parameters by held-out noisy labels, and what that costs against choosing by clean ones."""
