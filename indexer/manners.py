"""Good manners on the machine: others go first, and a battery is spared."""

from __future__ import annotations

import logging
import os
import sys
import threading

import psutil

_log = logging.getLogger(__name__)

_LOWEST_OF_BEST_EFFORT = 7


def step_back(nice: int) -> None:
    """Let others go first: this thread, which must be the main one, and all it starts from now on.

    Linux counts the priority of each thread for itself, and a thread or process inherits that of
    the one that starts it. Threads that are there already, as the one that answers searches, keep
    theirs: they go first too. Elsewhere a process has one priority, and searches would wait.
    """
    if nice <= 0 or sys.platform != "linux":
        return
    try:
        os.setpriority(os.PRIO_PROCESS, threading.get_native_id(), nice)
        # Not the class `idle`: on a disk that others keep busy it would never get its turn.
        psutil.Process().ionice(psutil.IOPRIO_CLASS_BE, _LOWEST_OF_BEST_EFFORT)
    except (OSError, psutil.Error) as error:
        _log.info("the priority cannot be lowered: %s", error)


def is_on_battery() -> bool:
    """Whether the machine runs on its battery now; never where it has none, or does not tell."""
    try:
        battery = psutil.sensors_battery()
    except (AttributeError, OSError, ValueError, psutil.Error):
        # Odd files below /sys/class/power_supply; and systems without the function.
        return False
    return battery is not None and battery.power_plugged is False
