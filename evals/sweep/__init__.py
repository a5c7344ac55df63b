"""`assistant eval sweep`: one question set under many settings, and what each of them costs."""
