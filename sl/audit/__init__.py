"""Which labels are probably wrong, and how many: from predictions that a robust loss makes of the labelled images."""
