"""What a user can do wrong, or find missing, above the indexer and the library.

ImagescopeError
├── ConfigError            a setting, flag or settings file makes no sense
├── UsageError             the command was given something it cannot work with
├── OutputUnwritable       what was asked for cannot be printed
├── OutputClosed           nobody reads what is printed any more
├── SearchError
│   ├── TraceUnreadable       a saved search cannot be opened again
│   ├── PicturesUnavailable   the pictures cannot be compared just now
│   │   └── EncoderUnusable   nor later, until the encoder is there
│   └── Superseded            a newer search took this one's place
└── EvaluationError
    ├── DatasetIncomplete     files of a data set are missing or say something else than they should
    ├── RunUnusable           a run's folder cannot be read, or belongs to another run
    └── SubmissionInvalid     what would be handed in breaks the test server's rules
"""

from __future__ import annotations


class ImagescopeError(Exception):
    """Base of everything this package raises; `hint` says what to do about it."""

    def __init__(self, message: str, hint: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint


class ConfigError(ImagescopeError):
    """A setting makes no sense; the message names it and where it was set."""


class UsageError(ImagescopeError):
    """The command was given something it cannot work with."""


class OutputUnwritable(ImagescopeError):
    """What was asked for cannot be printed: stdout is a full disk, or fails otherwise."""


class OutputClosed(ImagescopeError):
    """Nobody reads what is printed any more: that is no failure, and whatever goes on can end."""


class SearchError(ImagescopeError):
    """A search could not be done."""


class TraceUnreadable(SearchError):
    """A saved search cannot be opened again."""


class PicturesUnavailable(SearchError):
    """The pictures cannot be compared just now; words still can."""


class EncoderUnusable(PicturesUnavailable):
    """The encoder that was asked for is not there, or cannot be used; words can be searched."""


class Superseded(SearchError):
    """A newer search took this one's place before it was answered."""


class EvaluationError(ImagescopeError):
    """A benchmark could not be run or reported."""


class DatasetIncomplete(EvaluationError):
    """Files of a data set are missing or malformed; the message names them, the hint says where
    they are had."""


class RunUnusable(EvaluationError):
    """A run's folder cannot be read, or holds a run of something else."""


class SubmissionInvalid(EvaluationError):
    """A submission breaks the rules of the test server, and was not written."""
