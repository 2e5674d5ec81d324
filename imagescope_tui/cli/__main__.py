"""`python -m imagescope_tui.cli`, the same as `imagescope`."""

from imagescope_tui.cli.app import main

if __name__ == "__main__":
    main()
