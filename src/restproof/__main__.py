"""``python -m restproof``."""

from restproof.cli.main import main

if __name__ == "__main__":
    main()
