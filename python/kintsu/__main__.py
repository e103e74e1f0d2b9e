"""`python -m kintsu` is the `kintsu` command."""

from kintsu.command import main

if __name__ == "__main__":
    main()
