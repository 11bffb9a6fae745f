"""Measures what a call costs: this service, Asterisk's own Queue() and ari-client side by side.

It decides how load is made and what is timed. It must not judge: no figure makes it fail.
"""
