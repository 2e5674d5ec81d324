#!/usr/bin/env bash
# One expects: a package that names the town nearest to a point on the earth measures how far towns
# are, or at least knows that a degree of longitude is shorter in the north than one of latitude.
# What happens: reverse-geocode lays a k-d tree over bare degrees. In Lapland, where a degree east is
# less than half a degree north, it takes a town that is farther away; across the date line it
# takes one that is 360 degrees nearer. It says nothing of the distance, so that 0, 0 (where cameras
# are that know no place) and the middle of the ocean have towns as well.
# Why it matters to photo search: photos of a journey in the north get names of towns they are not
# of, in some of the wrong country, and photos without a true place are found in Ghana.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/env"
"$folder/env/bin/pip" install --quiet --disable-pip-version-check \
    reverse-geocode==1.6.6 numpy==2.4.6 scipy==1.17.1
"$folder/env/bin/python" - <<'PYTHON'
from importlib.metadata import version

import numpy as np
import reverse_geocode


def km(point, towns):
    (north, east), (norths, easts) = np.radians(point), np.radians(towns).T
    inner = np.sin(north) * np.sin(norths)
    inner += np.cos(north) * np.cos(norths) * np.cos(easts - east)
    return 6371.0 * np.arccos(np.clip(inner, -1, 1))


towns = reverse_geocode.GeocodeData()._locations
places = np.array([(town["latitude"], town["longitude"]) for town in towns])
print(f"reverse-geocode {version('reverse-geocode')}")
for title, point in {"north": (65.79, 24.25), "date line": (-16.8, -179.99)}.items():
    said = reverse_geocode.get(point)
    away = km(point, places)
    nearest = towns[int(away.argmin())]
    said_km = km(point, np.array([(said["latitude"], said["longitude"])]))[0]
    print(f"  {title} {point}: {said['city']}, {said['country_code']} at {said_km:.1f} km,"
          f" though {nearest['city']}, {nearest['country_code']} is at {away.min():.1f} km")
    assert said_km > away.min() + 0.5, "it takes the nearest town now"
nowhere = reverse_geocode.get((0.0, 0.0))
print(f"  0, 0: {nowhere['city']}, {nowhere['country']}")
assert nowhere["city"], "0, 0 has no town any more"
PYTHON
