"""What runs in the baselines' own environments: nothing here imports anything of the house."""
