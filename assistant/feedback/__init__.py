"""What people say of answers, kept as cases of a question set that `assistant eval` runs."""
