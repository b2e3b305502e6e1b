"""What people outside see: patient, guardian, pharmacist."""
