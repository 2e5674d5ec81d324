from __future__ import annotations

import errno
import io

import pytest

from indexer.decoding.failures import failure_to_decode, failure_to_open

PHOTO = io.BytesIO(b"\xff\xd8\xff\xe0\0\2\xff\xd9")


class LostDisk(io.BytesIO):
    """A file whose disk goes away."""

    def read(self, size: int | None = -1, /) -> bytes:
        raise OSError(errno.EIO, "Input/output error")


@pytest.mark.parametrize("number", [errno.EIO, errno.ESTALE, errno.ENODEV])
def test_disk_that_fails_may_work_again(number: int) -> None:
    for failure in (
        failure_to_open(OSError(number, "failed")),
        failure_to_decode(OSError(number, "failed"), PHOTO),
        failure_to_decode(ValueError("damaged"), LostDisk(b"photo")),
    ):
        assert failure.reason.startswith("the file cannot be read: ")
        assert not failure.permanent


def test_seek_to_nowhere_is_the_files_fault() -> None:
    failure = failure_to_decode(OSError(errno.EINVAL, "Invalid argument"), PHOTO)
    assert failure.permanent
    assert "damaged" in failure.reason


@pytest.mark.parametrize(
    "error", [OSError("Memory allocation error"), RuntimeError("Cannot allocate 9 bytes")]
)
def test_library_that_ran_out_of_memory_says_so_as_python_does(error: Exception) -> None:
    with pytest.raises(MemoryError):
        failure_to_decode(error, PHOTO)


def test_reason_of_a_library_is_one_bounded_line() -> None:
    failure = failure_to_decode(ValueError("bad\x1b[31m\n" * 100), PHOTO)
    assert failure.reason.isprintable()
    assert len(failure.reason) <= 250
