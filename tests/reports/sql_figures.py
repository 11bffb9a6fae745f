"""The figures once more, in SQL alone: nothing of the program's own computing is used.

Only for SQLite. Written from the definitions in docs/reports.md.
"""

import json
import sqlite3
from collections.abc import Iterable

from ari_app.core.records import Journaled

CALLS = """
CREATE VIEW calls AS
WITH arrived AS (
  SELECT call_id, at AS arrived_at, json_extract(data, '$.dialled') AS dialled,
         json_extract(data, '$.is_placed') AS is_placed
  FROM journal WHERE kind = 'call.arrived' AND at >= :since AND at < :until),
queued AS (
  SELECT call_id, min(json_extract(data, '$.since')) AS queued_at FROM journal
  WHERE kind = 'call.queued' GROUP BY call_id),
last_queue AS (
  SELECT call_id, queue FROM journal AS one WHERE kind = 'call.queued' AND NOT EXISTS (
    SELECT 1 FROM journal AS later WHERE later.call_id = one.call_id
    AND later.kind = 'call.queued' AND (later.at, later.seq) > (one.at, one.seq))),
ended AS (
  SELECT call_id, at AS ended_at, json_extract(data, '$.outcome') AS ended_as,
         json_extract(data, '$.topic') AS topic, json_extract(data, '$.answered_at') AS answered_at
  FROM journal WHERE kind = 'call.ended'),
person AS (
  SELECT call_id, min(at) AS person_at FROM journal
  WHERE kind IN ('call.connected', 'call.transferred') GROUP BY call_id),
heard AS (
  SELECT call_id, at AS heard_at, json_extract(data, '$.ring_s') AS ring_s
  FROM journal WHERE kind = 'call.heard')
SELECT arrived.*, queued_at, queue, ended_at, coalesce(ended_as, '') AS outcome, topic,
  coalesce(person_at, CASE WHEN ended_as = 'answered_fallback' THEN answered_at END) AS person_at,
  coalesce(ring_s, heard_at - arrived_at) AS audio_s,
  NOT is_placed AND (queued_at IS NOT NULL OR coalesce(ended_as, '') IN ('answered_fallback',
    'abandoned_fallback', 'abandoned_before_answer', 'refused')) AS offered,
  EXISTS (SELECT 1 FROM journal AS next WHERE next.kind = 'call.known'
    AND json_extract(next.data, '$.previous') = arrived.call_id
    AND next.at - json_extract(next.data, '$.previous_at') <= 604800) AS again,
  (SELECT count(DISTINCT agent_id) FROM journal AS talk WHERE talk.kind = 'call.connected'
    AND talk.call_id = arrived.call_id) AS agents
FROM arrived LEFT JOIN queued USING (call_id) LEFT JOIN last_queue USING (call_id)
LEFT JOIN ended USING (call_id) LEFT JOIN person USING (call_id) LEFT JOIN heard USING (call_id)
"""

TALKS = """
CREATE VIEW talks AS
WITH begun AS (
  SELECT call_id, agent_id, at AS began_at FROM journal AS one WHERE kind = 'call.connected'
  AND NOT EXISTS (SELECT 1 FROM journal AS before WHERE before.kind = 'call.connected'
    AND before.call_id = one.call_id AND before.agent_id = one.agent_id AND before.at < one.at
    AND NOT EXISTS (SELECT 1 FROM journal AS gone WHERE gone.kind = 'call.talk_ended'
      AND gone.call_id = one.call_id AND gone.agent_id = one.agent_id
      AND gone.at BETWEEN before.at AND one.at))),
spans AS (
  SELECT *, (SELECT min(at) FROM journal AS gone WHERE gone.kind = 'call.talk_ended'
    AND gone.call_id = begun.call_id AND gone.agent_id = begun.agent_id
    AND gone.at >= began_at) AS ended_at FROM begun)
SELECT *,
  (SELECT json_extract(data, '$.lasted_s') FROM journal AS wrap WHERE wrap.kind = 'wrap_up.ended'
    AND wrap.call_id = spans.call_id AND wrap.agent_id = spans.agent_id AND wrap.at >= ended_at
    ORDER BY wrap.at LIMIT 1) AS wrap_up_s,
  coalesce((SELECT sum(min(ended_at, coalesce((SELECT min(back.at) FROM journal AS back
      WHERE back.kind = 'call.resumed' AND back.call_id = spans.call_id
      AND back.agent_id = spans.agent_id AND back.at >= held.at), ended_at)) - held.at)
    FROM journal AS held WHERE held.kind = 'call.held' AND held.call_id = spans.call_id
    AND held.agent_id = spans.agent_id AND held.at BETWEEN began_at AND ended_at), 0.0) AS hold_s
FROM spans
"""

COUNTED = """
SELECT {key} AS name,
  sum(NOT is_placed) AS arrived, sum(is_placed) AS placed, sum(offered) AS offered,
  sum(offered AND person_at IS NOT NULL) AS answered,
  sum(offered AND person_at IS NULL AND (outcome LIKE 'abandoned%' OR outcome = 'refused'))
    AS abandoned,
  sum(offered AND person_at IS NULL AND (outcome LIKE 'abandoned%' OR outcome = 'refused')
    AND ended_at - coalesce(queued_at, arrived_at) < 5) AS abandoned_short,
  sum(NOT is_placed AND outcome = 'abandoned_before_answer') AS abandoned_before_answer,
  sum(NOT is_placed AND outcome = 'abandoned_in_flow') AS abandoned_in_flow,
  sum(NOT is_placed AND outcome = 'abandoned_waiting') AS abandoned_waiting,
  sum(NOT is_placed AND outcome = 'abandoned_ringing') AS abandoned_ringing,
  sum(NOT is_placed AND outcome = 'abandoned_fallback') AS abandoned_fallback,
  sum(NOT is_placed AND outcome = 'refused') AS refused,
  sum(offered AND person_at IS NULL AND outcome = 'message_left') AS message_left,
  sum(offered AND person_at IS NULL AND outcome = 'callback_promised') AS callback_promised,
  sum(offered AND person_at IS NULL AND ended_at IS NOT NULL AND outcome NOT LIKE 'abandoned%'
    AND outcome NOT IN ('refused', 'message_left', 'callback_promised')) AS other,
  sum(offered AND person_at IS NULL AND ended_at IS NULL) AS under_way,
  sum(agents > 1) AS several_agents,
  round(1.0 * sum(offered AND person_at IS NULL
    AND (outcome LIKE 'abandoned%' OR outcome = 'refused')) / nullif(sum(offered), 0), 4)
    AS abandon_rate,
  round(avg(CASE WHEN offered AND person_at IS NULL
    AND (outcome LIKE 'abandoned%' OR outcome = 'refused')
    THEN ended_at - coalesce(queued_at, arrived_at) END), 2) AS abandon_s,
  round(1.0 * sum(offered AND person_at IS NOT NULL) / nullif(sum(offered), 0), 4) AS connect_rate,
  round(1.0 * coalesce(sum(NOT is_placed AND audio_s <= 15), 0)
    / nullif(sum(NOT is_placed AND audio_s IS NOT NULL), 0), 4) AS level_audio,
  round(1.0 * coalesce(sum(offered AND person_at - arrived_at <= 15), 0)
    / nullif(sum(offered AND (person_at IS NOT NULL OR ended_at IS NOT NULL)), 0), 4)
    AS level_arrival,
  round(1.0 * coalesce(sum(offered AND person_at - coalesce(queued_at, arrived_at) <= 15), 0)
    / nullif(sum(offered AND (person_at IS NOT NULL OR ended_at IS NOT NULL)), 0), 4)
    AS level_queue,
  round(avg(CASE WHEN offered THEN person_at - coalesce(queued_at, arrived_at) END), 2) AS asa_s,
  round(1.0 * sum(offered AND person_at IS NOT NULL AND NOT again)
    / nullif(sum(offered AND person_at IS NOT NULL), 0), 4) AS first_contact
FROM calls GROUP BY 1 ORDER BY 1
"""

TALKED = """
SELECT {key} AS name, count(*) AS talks,
  round(avg(talks.ended_at - began_at - hold_s), 2) AS talk_s, round(avg(hold_s), 2) AS hold_s,
  round(avg(wrap_up_s), 2) AS wrap_up_s,
  round(avg(talks.ended_at - began_at + wrap_up_s), 2) AS aht_s
FROM talks {join} GROUP BY 1 ORDER BY 1
"""

OFFERED = """
SELECT {key} AS name, count(*) AS offers,
  sum(json_extract(offer.data, '$.reason') IN ('no_answer', 'declined', 'phone_busy',
    'phone_unreachable')) AS offers_missed
FROM (SELECT call_id, agent_id, at, data FROM journal WHERE kind = 'offer.ended') AS offer
{join} GROUP BY 1 ORDER BY 1
"""

TIMES = """
WITH moves AS (
  SELECT agent_id, json_extract(data, '$.to') AS state, max(at, :since) AS at,
         min(:until, coalesce(lead(at) OVER (PARTITION BY agent_id ORDER BY at, seq), :until))
           AS gone
  FROM journal WHERE kind = 'agent.state'),
spans AS (SELECT *, gone - at AS seconds FROM moves WHERE gone > at)
SELECT {key} AS name,
  round(sum(CASE WHEN state IN ('talking', 'wrap_up') THEN seconds ELSE 0 END)
    / nullif(sum(CASE WHEN state IN ('talking', 'wrap_up', 'ready', 'offered') THEN seconds END),
    0), 4) AS occupancy,
  round(sum(CASE WHEN state <> 'offline' THEN seconds ELSE 0 END), 1) AS signed_in_s,
  round(sum(CASE WHEN state = 'paused' THEN seconds ELSE 0 END), 1) AS paused_s
FROM spans GROUP BY 1 ORDER BY 1
"""

ROLLING = """
WITH RECURSIVE hours (until) AS (
  SELECT :since + 86400.0 UNION ALL SELECT until + 3600.0 FROM hours WHERE until < :until),
kept AS MATERIALIZED (SELECT arrived_at, person_at FROM calls WHERE offered)
SELECT hours.until, round(1.0 * sum(person_at IS NOT NULL) / count(*), 4)
FROM hours JOIN kept ON arrived_at >= hours.until - 86400.0 AND arrived_at < hours.until
GROUP BY 1 ORDER BY 1
"""

Rows = dict[str, dict[str, object]]


class SqlFigures:
    """A database of one journal."""

    def __init__(self, lines: Iterable[Journaled], since: float, until: float) -> None:
        self._span = {"since": since, "until": until}
        self._db = sqlite3.connect(":memory:")
        self._db.row_factory = sqlite3.Row
        self._db.execute(
            "CREATE TABLE journal (seq INTEGER PRIMARY KEY, key TEXT, at REAL, kind TEXT,"
            " call_id TEXT, agent_id TEXT, queue TEXT, data TEXT)"
        )
        self._db.execute("CREATE INDEX by_call ON journal (call_id, kind)")
        self._db.executemany(
            "INSERT INTO journal (key, at, kind, call_id, agent_id, queue, data)"
            " VALUES (?, ?, ?, ?, ?, ?, ?)",
            [
                (one.key, one.at, one.kind, one.call_id, one.agent_id, one.queue,
                 json.dumps(dict(one.data)))
                for one in lines
            ],
        )  # fmt: skip
        self._db.execute(CALLS.replace(":since", str(since)).replace(":until", str(until)))
        self._db.execute(TALKS)

    def calls_by(self, key: str) -> Rows:
        return self._rows(COUNTED.format(key=key))

    def talks_by(self, key: str) -> Rows:
        """Of the calls of the period, whenever the talk was."""
        return self._rows(TALKED.format(key=key, join="JOIN calls USING (call_id)"))

    def talks_by_agent(self) -> Rows:
        where = "WHERE began_at >= :since AND began_at < :until"
        return self._rows(TALKED.format(key="agent_id", join=where))

    def offers_by(self, key: str) -> Rows:
        return self._rows(OFFERED.format(key=key, join="JOIN calls USING (call_id)"))

    def offers_by_agent(self) -> Rows:
        where = "WHERE offer.at >= :since AND offer.at < :until"
        return self._rows(OFFERED.format(key="agent_id", join=where))

    def times_by(self, key: str) -> Rows:
        return self._rows(TIMES.format(key=key))

    def rolling(self) -> dict[float, object]:
        """The rate of the 24 hours that end with each instant; the first ends a day on."""
        return {row[0]: row[1] for row in self._db.execute(ROLLING, self._span)}

    def _rows(self, sql: str) -> Rows:
        found = self._db.execute(sql, self._span if ":since" in sql else {})
        names = [column[0] for column in found.description]
        return {str(row["name"]): {k: row[k] for k in names if k != "name"} for row in found}
