"""`python -m askance` is the command `askance`.  Floor 6."""

from askance.cli import main

if __name__ == "__main__":
    main()
