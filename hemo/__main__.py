"""``python -m hemo``."""

from hemo.cli import main

raise SystemExit(main())
