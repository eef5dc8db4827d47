"""Sends recorded runs to trackers, and prepares W&B's dashboards for them."""
