"""A telephone without a person: plays citizens and agents with SIPp and real RTP.

Decides how a call is placed, answered, listened to and measured from outside. Must not know the
service's insides: it speaks SIP and RTP only. Used by ``hotline demo``, the tests and the bench.
"""
