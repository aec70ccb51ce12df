-- Dependencies between tasks. A task that waits for others is `blocked`: its row in `waiting` has no `due_at`, and `parents`
-- counts those that have not succeeded yet. Why the tables are cut like this: docs/decisions/0014.

-- What it waited for when it was accepted, and what raised its rank afterwards. Null for nearly every task.
ALTER TABLE task
  ADD COLUMN depends_on uuid[],
  ADD COLUMN raised_by  uuid,
  ADD COLUMN raised_at  timestamptz;

-- The task whose end ended this one; only with the reason PARENT_FAILED.
ALTER TABLE outcome ADD COLUMN caused_by uuid;

-- Who waits for a task. Only ever appended to, and partitioned by the parent like `task` by its id.
CREATE TABLE task_edge (
  tenant_id text COLLATE "C" NOT NULL,
  parent_id uuid NOT NULL,
  child_id  uuid NOT NULL,
  PRIMARY KEY (parent_id, child_id)
) PARTITION BY RANGE (parent_id);
CREATE TABLE task_edge_default PARTITION OF task_edge DEFAULT;

-- Live tasks that blocked ones wait for. Whoever ends tasks looks here, and in nearly every case finds nothing.
CREATE TABLE awaited (
  id        uuid PRIMARY KEY,
  tenant_id text COLLATE "C" NOT NULL
);

CREATE INDEX waiting_blocked_idx ON waiting (id) WHERE due_at IS NULL;

-- Moves blocked tasks of which so many parents more have succeeded. The caller holds their rows in `waiting`. In a statement of
-- its own, so that it sees what was committed before the lock was had.
CREATE FUNCTION release_blocked(child_ids uuid[], successes integer[])
RETURNS TABLE (tenant_id text, cancelled integer, bytes bigint, lane_ids integer[], due_in_ms float8)
LANGUAGE sql VOLATILE AS $$
  WITH hit AS MATERIALIZED (
    SELECT w.id, w.tenant_id, w.attempts, w.parents - c.successes AS left_over, t.lane_id, t.rank, t.priority, t.deadline, t.run_at,
           t.run_at IS NOT NULL AND t.run_at > clock_timestamp() AS is_early
    FROM unnest(child_ids, successes) AS c (id, successes)
    JOIN waiting w ON w.id = c.id AND w.due_at IS NULL
    JOIN task t ON t.tenant_id = w.tenant_id AND t.id = w.id
  ), counted AS (
    UPDATE waiting w SET parents = h.left_over FROM hit h WHERE w.id = h.id AND h.left_over > 0
  ), scheduled AS (
    UPDATE waiting w SET parents = 0, due_at = h.run_at, reason = 'not_before', since = clock_timestamp()
    FROM hit h WHERE w.id = h.id AND h.left_over <= 0 AND h.is_early
  ), freed AS (
    DELETE FROM waiting w USING hit h WHERE w.id = h.id AND h.left_over <= 0 AND NOT h.is_early
  ), queued AS (
    INSERT INTO ready (lane_id, rank, priority, deadline, id, tenant_id, attempts, enqueued_at)
    SELECT lane_id, rank, priority, deadline, id, tenant_id, attempts, clock_timestamp()
    FROM hit WHERE left_over <= 0 AND NOT is_early
  ), told AS (
    INSERT INTO event_batch (tenant_id, count, types, events)
    SELECT h.tenant_id, count(*), array_agg(DISTINCT k.type), jsonb_agg(jsonb_build_object(
             'v', 1, 'type', k.type, 'at', to_char(clock_timestamp() AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"'),
             'priority', h.priority, 'taskId', h.id, 'data', jsonb_build_object('reason', 'PARENTS_SUCCEEDED')))::text
    FROM hit h CROSS JOIN LATERAL (SELECT CASE WHEN h.is_early THEN 'task.scheduled' ELSE 'task.ready' END AS type) k
    WHERE h.left_over <= 0 GROUP BY h.tenant_id
  )
  SELECT h.tenant_id, 0, 0::bigint, coalesce(array_agg(DISTINCT h.lane_id) FILTER (WHERE NOT h.is_early), '{}'),
         min(extract(epoch FROM h.run_at - clock_timestamp()) * 1000) FILTER (WHERE h.is_early)::float8
  FROM hit h WHERE h.left_over <= 0 GROUP BY h.tenant_id
$$;

-- Ends blocked tasks that can never start any more. The caller holds their rows in `waiting`, and `child_ids` has all that wait
-- for any of them; each keeps the parent that ended it. It may end thousands, where hashing beats the loops of the hot path.
CREATE FUNCTION cancel_blocked(child_ids uuid[], failed_ids uuid[])
RETURNS TABLE (tenant_id text, cancelled integer, bytes bigint, lane_ids integer[], due_in_ms float8)
LANGUAGE sql VOLATILE SET enable_hashjoin = on AS $$
  WITH gone AS (
    DELETE FROM waiting w USING unnest(child_ids) AS c (id) WHERE w.id = c.id AND w.due_at IS NULL
    RETURNING w.id, w.tenant_id, w.attempts, w.started_at
  ), unawaited AS (
    DELETE FROM awaited a USING gone g WHERE a.id = g.id
  ), parent AS (
    SELECT DISTINCT ON (e.child_id) e.child_id, e.parent_id
    FROM unnest(failed_ids || child_ids) AS f (id) JOIN task_edge e ON e.parent_id = f.id ORDER BY e.child_id, e.parent_id
  ), caused AS MATERIALIZED (
    SELECT g.*, t.type, t.priority, t.payload_bytes, p.parent_id
    FROM gone g JOIN task t ON t.tenant_id = g.tenant_id AND t.id = g.id LEFT JOIN parent p ON p.child_id = g.id
  ), ended AS (
    INSERT INTO outcome (tenant_id, id, status, attempts, started_at, finished_at, error_code, error_message, reason, caused_by)
    SELECT c.tenant_id, c.id, 'cancelled', c.attempts, c.started_at, clock_timestamp(), 'PARENT_FAILED',
           'A task that it depends on did not succeed.', 'PARENT_FAILED', c.parent_id
    FROM caused c
  ), told AS (
    INSERT INTO event_batch (tenant_id, count, types, events)
    SELECT c.tenant_id, count(*), '{task.cancelled}', jsonb_agg(jsonb_build_object(
             'v', 1, 'type', 'task.cancelled', 'at', to_char(clock_timestamp() AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"'),
             'priority', c.priority, 'taskId', c.id,
             'data', jsonb_build_object('type', c.type, 'reason', 'PARENT_FAILED', 'parentId', c.parent_id)))::text
    FROM caused c GROUP BY c.tenant_id
  )
  SELECT c.tenant_id, count(*)::integer, sum(c.payload_bytes), '{}'::integer[], NULL::float8 FROM caused c GROUP BY c.tenant_id
$$;

-- All blocked tasks that wait, directly or through others, for one of these; in order of their ids.
CREATE FUNCTION blocked_below(parent_ids uuid[]) RETURNS uuid[]
LANGUAGE sql VOLATILE AS $$
  WITH RECURSIVE below (id) AS (
    SELECT e.child_id FROM unnest(parent_ids) AS p (id) JOIN task_edge e ON e.parent_id = p.id
    UNION
    SELECT e.child_id FROM below b JOIN waiting w ON w.id = b.id AND w.due_at IS NULL JOIN task_edge e ON e.parent_id = b.id
  )
  SELECT coalesce(array_agg(b.id ORDER BY b.id), '{}') FROM below b JOIN waiting w ON w.id = b.id AND w.due_at IS NULL
$$;

-- Locks the blocked tasks among `also_ids` and all that are below `parent_ids`, in the order of their ids, and answers the latter.
-- Whoever adds a child holds its parents, so once a row is locked nothing new comes below it: looking again until nothing
-- has changed finds all.
CREATE FUNCTION lock_blocked(parent_ids uuid[], also_ids uuid[]) RETURNS uuid[]
LANGUAGE plpgsql VOLATILE AS $$
DECLARE
  found_ids uuid[] := blocked_below(parent_ids);
  seen_ids uuid[];
BEGIN
  LOOP
    PERFORM FROM waiting w WHERE w.id = ANY (also_ids || found_ids) AND w.due_at IS NULL ORDER BY w.id FOR UPDATE;
    seen_ids := found_ids;
    found_ids := blocked_below(parent_ids);
    IF found_ids = seen_ids THEN RETURN found_ids; END IF;
  END LOOP;
END $$;

-- Ends or releases what waits for tasks that have just ended; called by the statements that end them, so it is part of their
-- transaction. It runs statements of its own: an insert holds the rows of the parents it names, so what was added before these
-- tasks could end is committed and seen here, though the calling statement is older than that. Rows are locked in the order
-- of their ids and children are made after their parents, so two of these do not wait for each other. Answers for each
-- tenant how many were cancelled and the bytes of their payloads, the lanes in which some became ready, and when the next
-- that has a start time is due.
CREATE FUNCTION end_dependants(ended_ids uuid[], ended_statuses text[])
RETURNS TABLE (tenant_id text, cancelled integer, bytes bigint, lane_ids integer[], due_in_ms float8)
LANGUAGE plpgsql VOLATILE AS $$
DECLARE
  good_ids uuid[];
  bad_ids uuid[];
  doomed_ids uuid[];
  freed_ids uuid[] := '{}';
  successes integer[] := '{}';
BEGIN
  WITH gone AS (
    DELETE FROM awaited a USING unnest(ended_ids, ended_statuses) AS e (id, status) WHERE a.id = e.id RETURNING a.id, e.status
  )
  SELECT array_agg(g.id) FILTER (WHERE g.status = 'succeeded'), array_agg(g.id) FILTER (WHERE g.status <> 'succeeded')
  INTO good_ids, bad_ids FROM gone g;
  IF good_ids IS NULL AND bad_ids IS NULL THEN RETURN; END IF;
  IF good_ids IS NOT NULL THEN
    SELECT array_agg(c.child_id), array_agg(c.times) INTO freed_ids, successes FROM (
      SELECT e.child_id, count(*)::integer AS times
      FROM unnest(good_ids) AS p (id) JOIN task_edge e ON e.parent_id = p.id GROUP BY e.child_id
    ) c;
  END IF;
  doomed_ids := lock_blocked(bad_ids, freed_ids);
  IF doomed_ids <> '{}' THEN RETURN QUERY SELECT * FROM cancel_blocked(doomed_ids, bad_ids); END IF;
  IF freed_ids <> '{}' THEN RETURN QUERY SELECT * FROM release_blocked(freed_ids, successes); END IF;
END $$;

-- What each of these blocked tasks waits for by what is known of its parents, beside what it was counted to wait for. A parent
-- of which nothing is stored any more counts as failed.
CREATE FUNCTION inspect_blocked(child_ids uuid[])
RETURNS TABLE (id uuid, parents integer, open_parents integer, failed_ids uuid[])
LANGUAGE sql VOLATILE AS $$
  SELECT w.id, w.parents, (count(*) FILTER (WHERE o.id IS NULL AND p.id IS NOT NULL))::integer,
         array_agg(d.id) FILTER (WHERE o.status <> 'succeeded' OR p.id IS NULL)
  FROM unnest(child_ids) AS c (id)
  JOIN waiting w ON w.id = c.id AND w.due_at IS NULL
  JOIN task t ON t.tenant_id = w.tenant_id AND t.id = w.id
  CROSS JOIN LATERAL unnest(t.depends_on) AS d (id)
  LEFT JOIN task p ON p.tenant_id = w.tenant_id AND p.id = d.id
  LEFT JOIN outcome o ON o.tenant_id = w.tenant_id AND o.id = d.id
  GROUP BY w.id, w.parents
$$;

-- Puts right blocked tasks whose count or place does not agree with what became of their parents.
CREATE FUNCTION repair_blocked(child_ids uuid[])
RETURNS TABLE (tenant_id text, cancelled integer, bytes bigint, lane_ids integer[], due_in_ms float8)
LANGUAGE plpgsql VOLATILE AS $$
DECLARE
  bad_ids uuid[];
  hit_ids uuid[];
  freed_ids uuid[];
  surplus integer[];
BEGIN
  PERFORM lock_blocked(child_ids, child_ids);
  SELECT array_agg(i.id), array_agg(DISTINCT f.id) INTO hit_ids, bad_ids
  FROM inspect_blocked(child_ids) i CROSS JOIN LATERAL unnest(i.failed_ids) AS f (id);
  SELECT array_agg(i.id), array_agg(i.parents - i.open_parents) INTO freed_ids, surplus
  FROM inspect_blocked(child_ids) i WHERE i.parents <> i.open_parents AND i.failed_ids IS NULL;
  IF hit_ids IS NOT NULL THEN
    RETURN QUERY SELECT * FROM cancel_blocked(hit_ids || blocked_below(hit_ids), bad_ids);
  END IF;
  IF freed_ids IS NOT NULL THEN RETURN QUERY SELECT * FROM release_blocked(freed_ids, surplus); END IF;
END $$;
