"""Where results come from. The room imports `files` alone, so every room but that may use it.

`environment`
    The machine, and the versions of packages.
`manifest`
    All that made a run, the checksum of each of its files, and what has changed since.
"""
