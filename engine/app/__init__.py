"""What an app is: one definition, checked and frozen.

definition.py   AppDefinition, and `check_app` from a document to it
grants.py       the `access` part
buttons.py      buttons and their actions
demo.py         the people and records that an app brings to show itself
"""

from engine.app.definition import AppDefinition, AppOptions, check_app, fingerprint, load_app

__all__ = ["AppDefinition", "AppOptions", "check_app", "fingerprint", "load_app"]
