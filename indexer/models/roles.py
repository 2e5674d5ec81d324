"""The work that models that see pictures and answer in words are wanted for."""

from __future__ import annotations

from typing import Literal, TypeAlias

Role: TypeAlias = Literal["captioner", "reasoner", "verifier", "evaluator"]
ROLES: tuple[Role, ...] = ("captioner", "reasoner", "verifier", "evaluator")
