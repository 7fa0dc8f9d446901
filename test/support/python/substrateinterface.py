"""Stands in for the package `substrate-interface`: the members that the example uses."""
from helper import ask


class Keypair:
    def __init__(self, seed, ss58_format):
        assert ss58_format == 42
        self.seed = seed
        self.ss58_address = ask(do="address", seed=seed)

    @classmethod
    def create_from_seed(cls, seed_hex, ss58_format=42):
        return cls(seed_hex, ss58_format)

    def sign(self, data):
        return bytes.fromhex(ask(do="sign", seed=self.seed, message=data.hex()))
