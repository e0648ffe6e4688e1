"""The problem block: questions that learners answer and that are graded at once."""

from xblocks.problem.block import ProblemBlock

__all__ = ["ProblemBlock"]
