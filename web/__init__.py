"""The pages and the command line. Imports processes only."""
