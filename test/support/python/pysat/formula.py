"""Stands in for the package `python-sat`: the members that the example uses."""


class CNF:
    def __init__(self, from_string):
        self.text = from_string
