"""Stands in for the package `python-sat`: the members that the example uses."""
from helper import ask


class Solver:
    def __init__(self, name, bootstrap_with):
        self.cnf = bootstrap_with.text

    def __enter__(self):
        return self

    def __exit__(self, *_):
        pass

    def solve(self):
        self.model = ask(do="solve", cnf=self.cnf)
        return True

    def get_model(self):
        return self.model
