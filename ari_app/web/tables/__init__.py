"""The API's table, by what its endpoints are about."""
