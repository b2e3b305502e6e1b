"""The vigilance: what is due, what came back, may we prescribe."""
