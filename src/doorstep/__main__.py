"""``python -m doorstep``."""

from doorstep.cli import main

main()
