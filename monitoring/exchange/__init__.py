"""The doors through which a laboratory's system hands in results: HTTP and MLLP."""
