"""`python -m branched ...`"""
import sys

from .command.options import main

sys.exit(main())
