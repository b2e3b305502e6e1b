"""A clinic of any size for the benchmarks: told once, then grown by copies.

``python -m benchmarks.large_clinic PATIENTS TOLD`` opens the demo clinics or lets them grow to that
many patients. What is told stays the same, so that two sizes differ in nothing but size.
"""

from __future__ import annotations

import json
import sys
import time
from datetime import UTC, datetime
from datetime import time as wall_time

import django


def main(patients: int, told: int) -> None:
    """Open or grow; prints the seconds it took as JSON."""
    django.setup()
    from django.db import connection, transaction  # noqa: PLC0415 - models need django.setup()

    from audit import chains  # noqa: PLC0415
    from messaging.models import ClinicLimits  # noqa: PLC0415
    from monitoring.demo import copies, opening  # noqa: PLC0415
    from monitoring.demo.roster import places  # noqa: PLC0415
    from monitoring.demo.ward import Ward  # noqa: PLC0415
    from people.models import Clinic, Patient, User  # noqa: PLC0415

    began = time.perf_counter()
    now = datetime.now(UTC)
    there = Patient.objects.count()
    if not there:
        opening.open_clinics(
            clinic_count=2, patient_count=patients, seed=1, now=now, told=min(told, patients)
        )
        for clinic in Clinic.objects.all():
            # The figures shall not depend on the hour at which they are taken.
            ClinicLimits.objects.create(
                clinic=clinic, day_begins=wall_time(0, 0), day_ends=wall_time(23, 59)
            )
    elif patients > there:
        nobody = User()
        wards = [
            Ward(Clinic.objects.get(slug=place.slug), place.programme, nobody, nobody, now)
            for place in places(2)
        ]
        with transaction.atomic():
            copies.print_copies(
                wards,
                told=told,
                weights=opening.how_often,
                numbers=range(there + 1, patients + 1),
                seed=1,
                progress=lambda done, total: None,
            )
        while chains.seal():
            pass
    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE")
    print(json.dumps({"seconds": time.perf_counter() - began}))


if __name__ == "__main__":
    main(int(sys.argv[1]), int(sys.argv[2]))
