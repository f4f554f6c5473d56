"""`python -m musechat` is the `musechat` command."""

from musechat.cli.commands import main

if __name__ == "__main__":
    main()
