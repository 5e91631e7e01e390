"""The commands of the command line, one per file; ``hssm.cli`` reads arguments and calls one of them."""
