"""IsoTrack's tests."""
