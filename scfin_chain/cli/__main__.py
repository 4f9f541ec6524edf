"""``python -m scfin_chain.cli`` is ``scfin``."""

from scfin_chain.cli import main

main()
