"""How fast training is on this machine, beside the loop that people usually write."""
