-- Ending and releasing what waits for a task takes time in proportion to the edges below it; it took 24 s for 10,000 children.
-- The plans of these functions are made once, often while the tables are still empty, and stay when they have filled. So
-- nothing here leaves the planner a choice that is good only for few rows: rows are looked up one by one (`OFFSET 0` keeps the
-- look-up inside), and `(due_at IS NULL) IS TRUE` is no condition for the index on `due_at`. See docs/decisions/0016.

DROP FUNCTION lock_blocked(uuid[], uuid[]);
DROP FUNCTION blocked_below(uuid[]);
DROP FUNCTION cancel_blocked(uuid[], uuid[]);

-- Moves blocked tasks of which so many parents more have succeeded. The caller holds their rows in `waiting`.
CREATE OR REPLACE FUNCTION release_blocked(child_ids uuid[], successes integer[])
RETURNS TABLE (tenant_id text, cancelled integer, bytes bigint, lane_ids integer[], due_in_ms float8)
LANGUAGE plpgsql VOLATILE AS $$
DECLARE
  step record;
BEGIN
  FOR step IN
    SELECT c.times, array_agg(c.id) AS ids FROM unnest(child_ids, successes) AS c (id, times) GROUP BY c.times
  LOOP
    UPDATE waiting w SET parents = w.parents - step.times WHERE w.id = ANY (step.ids) AND (w.due_at IS NULL) IS TRUE;
  END LOOP;
  RETURN QUERY
  WITH free AS MATERIALIZED (
    SELECT w.*, t.lane_id, t.rank, t.priority, t.deadline, t.run_at,
           t.run_at IS NOT NULL AND t.run_at > clock_timestamp() AS is_early
    FROM unnest(child_ids) AS c (id)
    CROSS JOIN LATERAL (
      SELECT i.ctid AS tid, i.id, i.tenant_id, i.attempts FROM waiting i
      WHERE i.id = c.id AND (i.due_at IS NULL) IS TRUE AND i.parents <= 0 OFFSET 0
    ) w
    CROSS JOIN LATERAL (
      SELECT i.lane_id, i.rank, i.priority, i.deadline, i.run_at FROM task i
      WHERE i.tenant_id = w.tenant_id AND i.id = w.id OFFSET 0
    ) t
  ), left_over AS (
    DELETE FROM waiting w WHERE w.ctid = ANY (ARRAY(SELECT f.tid FROM free f WHERE NOT f.is_early))
  ), queued AS (
    INSERT INTO ready (lane_id, rank, priority, deadline, id, tenant_id, attempts, enqueued_at)
    SELECT f.lane_id, f.rank, f.priority, f.deadline, f.id, f.tenant_id, f.attempts, clock_timestamp()
    FROM free f WHERE NOT f.is_early
  ), scheduled AS (
    UPDATE waiting w SET parents = 0, reason = 'not_before', since = clock_timestamp(), due_at = (
      SELECT t.run_at FROM task t WHERE t.tenant_id = w.tenant_id AND t.id = w.id
    ) WHERE w.ctid = ANY (ARRAY(SELECT f.tid FROM free f WHERE f.is_early))
  ), told AS (
    INSERT INTO event_batch (tenant_id, count, types, events)
    SELECT f.tenant_id, count(*), array_agg(DISTINCT k.type), jsonb_agg(jsonb_build_object(
             'v', 1, 'type', k.type, 'at', to_char(clock_timestamp() AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"'),
             'priority', f.priority, 'taskId', f.id, 'data', jsonb_build_object('reason', 'PARENTS_SUCCEEDED')))::text
    FROM free f CROSS JOIN LATERAL (SELECT CASE WHEN f.is_early THEN 'task.scheduled' ELSE 'task.ready' END AS type) k
    GROUP BY f.tenant_id
  )
  SELECT f.tenant_id, 0, 0::bigint, coalesce(array_agg(DISTINCT f.lane_id) FILTER (WHERE NOT f.is_early), '{}'),
         min(extract(epoch FROM f.run_at - clock_timestamp()) * 1000) FILTER (WHERE f.is_early)::float8
  FROM free f GROUP BY f.tenant_id;
END $$;

-- Ends blocked tasks that can never start any more, each for the end of the parent given with it. The caller holds their rows
-- in `waiting`, and whatever waits for one of them is among them.
CREATE FUNCTION cancel_blocked(child_ids uuid[], cause_ids uuid[])
RETURNS TABLE (tenant_id text, cancelled integer, bytes bigint, lane_ids integer[], due_in_ms float8)
LANGUAGE sql VOLATILE AS $$
  WITH doomed AS MATERIALIZED (
    SELECT w.*, t.type, t.priority, t.payload_bytes, c.cause_id
    FROM unnest(child_ids, cause_ids) AS c (id, cause_id)
    CROSS JOIN LATERAL (
      SELECT i.ctid AS tid, i.id, i.tenant_id, i.attempts, i.started_at FROM waiting i
      WHERE i.id = c.id AND (i.due_at IS NULL) IS TRUE OFFSET 0
    ) w
    CROSS JOIN LATERAL (
      SELECT i.type, i.priority, i.payload_bytes FROM task i WHERE i.tenant_id = w.tenant_id AND i.id = w.id OFFSET 0
    ) t
  ), gone AS (
    DELETE FROM waiting w WHERE w.ctid = ANY (ARRAY(SELECT d.tid FROM doomed d))
  ), unawaited AS (
    DELETE FROM awaited a WHERE a.id = ANY (child_ids)
  ), ended AS (
    INSERT INTO outcome (tenant_id, id, status, attempts, started_at, finished_at, error_code, error_message, reason, caused_by)
    SELECT d.tenant_id, d.id, 'cancelled', d.attempts, d.started_at, clock_timestamp(), 'PARENT_FAILED',
           'A task that it depends on did not succeed.', 'PARENT_FAILED', d.cause_id
    FROM doomed d
  ), told AS (
    INSERT INTO event_batch (tenant_id, count, types, events)
    SELECT d.tenant_id, count(*), '{task.cancelled}', jsonb_agg(jsonb_build_object(
             'v', 1, 'type', 'task.cancelled', 'at', to_char(clock_timestamp() AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"'),
             'priority', d.priority, 'taskId', d.id,
             'data', jsonb_build_object('type', d.type, 'reason', 'PARENT_FAILED', 'parentId', d.cause_id)))::text
    FROM doomed d GROUP BY d.tenant_id
  )
  SELECT d.tenant_id, count(*)::integer, sum(d.payload_bytes), '{}'::integer[], NULL::float8 FROM doomed d GROUP BY d.tenant_id
$$;

-- All blocked tasks that wait, directly or through others, for one of these, in the order of their ids; each with the first of its
-- parents among these and those.
CREATE FUNCTION blocked_below(parent_ids uuid[]) RETURNS TABLE (child_ids uuid[], cause_ids uuid[])
LANGUAGE sql VOLATILE AS $$
  WITH RECURSIVE below (id) AS (
    SELECT e.child_id FROM unnest(parent_ids) AS p (id)
    CROSS JOIN LATERAL (SELECT i.child_id FROM task_edge i WHERE i.parent_id = p.id OFFSET 0) e
    UNION
    SELECT e.child_id FROM below b
    CROSS JOIN LATERAL (SELECT FROM waiting i WHERE i.id = b.id AND (i.due_at IS NULL) IS TRUE OFFSET 0) w
    CROSS JOIN LATERAL (SELECT i.child_id FROM task_edge i WHERE i.parent_id = b.id OFFSET 0) e
  ), found AS (
    SELECT DISTINCT ON (e.child_id) e.child_id AS id, p.id AS cause_id
    FROM (SELECT p.id FROM unnest(parent_ids) AS p (id) UNION ALL SELECT b.id FROM below b) p
    CROSS JOIN LATERAL (SELECT i.child_id FROM task_edge i WHERE i.parent_id = p.id OFFSET 0) e
    CROSS JOIN LATERAL (SELECT FROM waiting i WHERE i.id = e.child_id AND (i.due_at IS NULL) IS TRUE OFFSET 0) w
    ORDER BY e.child_id, p.id
  )
  SELECT coalesce(array_agg(f.id ORDER BY f.id), '{}'), coalesce(array_agg(f.cause_id ORDER BY f.id), '{}') FROM found f
$$;

-- Locks the blocked tasks among `also_ids` and all that are below `parent_ids`, in the order of their ids, and answers the latter
-- as `blocked_below` does. Whoever adds a child holds its parents, so once a row is locked nothing new comes below it: looking
-- again until nothing has changed finds all.
CREATE FUNCTION lock_blocked(parent_ids uuid[], also_ids uuid[], OUT child_ids uuid[], OUT cause_ids uuid[])
LANGUAGE plpgsql VOLATILE AS $$
DECLARE
  seen_ids uuid[];
BEGIN
  SELECT b.child_ids, b.cause_ids INTO child_ids, cause_ids FROM blocked_below(parent_ids) b;
  LOOP
    PERFORM FROM waiting w WHERE w.id = ANY (also_ids || child_ids) AND (w.due_at IS NULL) IS TRUE ORDER BY w.id FOR UPDATE;
    seen_ids := child_ids;
    SELECT b.child_ids, b.cause_ids INTO child_ids, cause_ids FROM blocked_below(parent_ids) b;
    EXIT WHEN child_ids = seen_ids;
  END LOOP;
END $$;

-- Ends or releases what waits for tasks that have just ended; called by the statements that end them, so it is part of their
-- transaction. It runs statements of its own: an insert holds the rows of the parents it names, so what was added before these
-- tasks could end is committed and seen here, though the calling statement is older than that. Rows are locked in the order
-- of their ids and children are made after their parents, so two of these do not wait for each other. Answers for each
-- tenant how many were cancelled and the bytes of their payloads, the lanes in which some became ready, and when the next
-- that has a start time is due.
CREATE OR REPLACE FUNCTION end_dependants(ended_ids uuid[], ended_statuses text[])
RETURNS TABLE (tenant_id text, cancelled integer, bytes bigint, lane_ids integer[], due_in_ms float8)
LANGUAGE plpgsql VOLATILE AS $$
DECLARE
  awaited_ids uuid[];
  good_ids uuid[];
  bad_ids uuid[];
  doomed_ids uuid[];
  cause_ids uuid[];
  freed_ids uuid[] := '{}';
  successes integer[] := '{}';
BEGIN
  WITH gone AS (
    DELETE FROM awaited a WHERE a.id = ANY (ended_ids) RETURNING a.id
  )
  SELECT array_agg(g.id) INTO awaited_ids FROM gone g;
  IF awaited_ids IS NULL THEN RETURN; END IF;
  SELECT array_agg(e.id) FILTER (WHERE e.status = 'succeeded'), array_agg(e.id) FILTER (WHERE e.status <> 'succeeded')
  INTO good_ids, bad_ids FROM unnest(ended_ids, ended_statuses) AS e (id, status) WHERE e.id = ANY (awaited_ids);
  IF good_ids IS NOT NULL THEN
    SELECT array_agg(c.child_id), array_agg(c.times) INTO freed_ids, successes FROM (
      SELECT e.child_id, count(*)::integer AS times FROM unnest(good_ids) AS p (id)
      CROSS JOIN LATERAL (SELECT i.child_id FROM task_edge i WHERE i.parent_id = p.id OFFSET 0) e GROUP BY e.child_id
    ) c;
  END IF;
  SELECT l.child_ids, l.cause_ids INTO doomed_ids, cause_ids FROM lock_blocked(bad_ids, freed_ids) l;
  IF doomed_ids <> '{}' THEN RETURN QUERY SELECT * FROM cancel_blocked(doomed_ids, cause_ids); END IF;
  IF freed_ids <> '{}' THEN RETURN QUERY SELECT * FROM release_blocked(freed_ids, successes); END IF;
END $$;

-- What each of these blocked tasks waits for by what is known of its parents, beside what it was counted to wait for. A parent
-- of which nothing is stored any more counts as failed.
CREATE OR REPLACE FUNCTION inspect_blocked(child_ids uuid[])
RETURNS TABLE (id uuid, parents integer, open_parents integer, failed_ids uuid[])
LANGUAGE sql VOLATILE AS $$
  SELECT w.id, w.parents, (count(*) FILTER (WHERE o.status IS NULL AND p.is_known))::integer,
         array_agg(d.id) FILTER (WHERE o.status <> 'succeeded' OR p.is_known IS NULL)
  FROM unnest(child_ids) AS c (id)
  CROSS JOIN LATERAL (
    SELECT i.id, i.tenant_id, i.parents FROM waiting i WHERE i.id = c.id AND (i.due_at IS NULL) IS TRUE OFFSET 0
  ) w
  CROSS JOIN LATERAL (SELECT i.depends_on FROM task i WHERE i.tenant_id = w.tenant_id AND i.id = w.id OFFSET 0) t
  CROSS JOIN LATERAL unnest(t.depends_on) AS d (id)
  LEFT JOIN LATERAL (SELECT true AS is_known FROM task i WHERE i.tenant_id = w.tenant_id AND i.id = d.id OFFSET 0) p ON true
  LEFT JOIN LATERAL (SELECT i.status FROM outcome i WHERE i.tenant_id = w.tenant_id AND i.id = d.id OFFSET 0) o ON true
  GROUP BY w.id, w.parents
$$;

-- Puts right blocked tasks whose count or place does not agree with what became of their parents.
CREATE OR REPLACE FUNCTION repair_blocked(child_ids uuid[])
RETURNS TABLE (tenant_id text, cancelled integer, bytes bigint, lane_ids integer[], due_in_ms float8)
LANGUAGE plpgsql VOLATILE AS $$
DECLARE
  hit_ids uuid[];
  hit_causes uuid[];
  below_ids uuid[];
  below_causes uuid[];
  freed_ids uuid[];
  surplus integer[];
BEGIN
  PERFORM lock_blocked(child_ids, child_ids);
  SELECT array_agg(i.id), array_agg(i.failed_ids[1]) INTO hit_ids, hit_causes
  FROM inspect_blocked(child_ids) i WHERE i.failed_ids IS NOT NULL;
  SELECT array_agg(i.id), array_agg(i.parents - i.open_parents) INTO freed_ids, surplus
  FROM inspect_blocked(child_ids) i WHERE i.parents <> i.open_parents AND i.failed_ids IS NULL;
  IF hit_ids IS NOT NULL THEN
    SELECT b.child_ids, b.cause_ids INTO below_ids, below_causes FROM blocked_below(hit_ids) b;
    RETURN QUERY SELECT * FROM cancel_blocked(hit_ids, hit_causes);
    RETURN QUERY SELECT * FROM cancel_blocked(below_ids, below_causes);
  END IF;
  IF freed_ids IS NOT NULL THEN RETURN QUERY SELECT * FROM release_blocked(freed_ids, surplus); END IF;
END $$;
