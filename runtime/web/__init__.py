"""The web: pages for people and an API for machines, over the same services with the same rights.

site.py       puts the Flask application together; pages and API modules are found by a scan
guest.py      who is asking: session or token, language, theme
pages/        one module a page or a group of pages, each with a `blueprint`
api/          the same for the API
templates/, static/   what pages look like
"""
