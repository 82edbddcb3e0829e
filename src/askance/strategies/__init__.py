"""Query strategies: one idea a file, one family a folder.  Every module below is found by itself.  Floor 2."""
