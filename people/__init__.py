"""Who: users, clinics, patients, and the ways to reach them."""
