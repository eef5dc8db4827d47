"""How fast training is on the machine at hand, beside the loop that people usually write."""
