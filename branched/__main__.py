"""`python -m branched ...`"""
import sys

from .cli import main

sys.exit(main())
