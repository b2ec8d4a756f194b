"""The map as one web page that needs no network.

`contents`
    What the page shows: numbers, prototypes and test images, ready to be embedded.
`page`
    The page itself. Next to it are its text, its style and its script: `page.html`, `page.css`, and
    `page.*.js`, which a browser reads one after the other (`data`, `map`, `pen`, `panels`, `main`).
"""
