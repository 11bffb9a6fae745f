"""The studio: the folder of flows as an admin edits it, tried out before it is saved or served.

Knows neither the web nor a running call.
"""
