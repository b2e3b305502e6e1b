"""The ground everything stands on: servers, starting and stopping, production files."""
