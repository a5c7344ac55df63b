"""`assistant eval new`: a person writes cases over their own documents, by hand or from a table."""
