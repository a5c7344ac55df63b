"""What the HTML reports are built from: the shell of a page, its tables, plots and cases."""
