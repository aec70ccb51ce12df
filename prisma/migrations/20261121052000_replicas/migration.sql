-- Several replicas over one database.

-- What a replica says of itself with each heartbeat. `lost_at` is set by another one that found it silent; it stays until
-- the replica has heard of it. `slots_from` is when it began to share the capacity of instances with others; null while it
-- works alone and takes all of it.
ALTER TABLE replica
  ADD COLUMN address            text,
  ADD COLUMN concurrency        integer NOT NULL DEFAULT 0,
  ADD COLUMN running            integer NOT NULL DEFAULT 0,
  ADD COLUMN claimed_per_minute integer NOT NULL DEFAULT 0,
  ADD COLUMN stale_writes       integer NOT NULL DEFAULT 0,
  ADD COLUMN is_draining        boolean NOT NULL DEFAULT false,
  ADD COLUMN clock_offset_ms    double precision NOT NULL DEFAULT 0,
  ADD COLUMN lost_at            timestamptz,
  ADD COLUMN slots_from         timestamptz;

-- What only one replica does at a time. Whoever finds a lease that is over takes the duty.
CREATE TABLE duty (
  name       text PRIMARY KEY,
  holder     text,
  since      timestamptz,
  expires_at timestamptz NOT NULL DEFAULT '-infinity'
);
INSERT INTO duty (name) VALUES ('deadlines'), ('event-totals'), ('health-history'), ('retention');

-- How often each kind of configuration has been changed. Replicas keep configuration in memory and read it again when its
-- number has moved; triggers move it, so that no writer can forget to, and say so to whoever listens.
CREATE TABLE revision (
  scope  text PRIMARY KEY,
  number bigint NOT NULL DEFAULT 0
);
INSERT INTO revision (scope) VALUES ('access'), ('breaker-holds'), ('modules'), ('settings');

CREATE FUNCTION note_revision() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  UPDATE revision SET number = number + 1 WHERE scope = TG_ARGV[0];
  PERFORM pg_notify('quarterdeck', '{"kind":"revision"}');
  RETURN NULL;
END $$;

CREATE TRIGGER module_revision AFTER INSERT OR UPDATE OR DELETE ON module
  FOR EACH STATEMENT EXECUTE FUNCTION note_revision('modules');
CREATE TRIGGER instance_revision AFTER INSERT OR UPDATE OR DELETE ON instance
  FOR EACH STATEMENT EXECUTE FUNCTION note_revision('modules');
CREATE TRIGGER breaker_override_revision AFTER INSERT OR UPDATE OR DELETE ON breaker_override
  FOR EACH STATEMENT EXECUTE FUNCTION note_revision('breaker-holds');
CREATE TRIGGER setting_revision AFTER INSERT OR UPDATE OR DELETE ON setting
  FOR EACH STATEMENT EXECUTE FUNCTION note_revision('settings');
CREATE TRIGGER api_key_revision AFTER INSERT OR UPDATE OR DELETE ON api_key
  FOR EACH STATEMENT EXECUTE FUNCTION note_revision('access');
CREATE TRIGGER person_revision AFTER UPDATE OR DELETE ON person
  FOR EACH STATEMENT EXECUTE FUNCTION note_revision('access');
CREATE TRIGGER person_session_revision AFTER DELETE ON person_session
  FOR EACH STATEMENT EXECUTE FUNCTION note_revision('access');

-- Which part of an instance's capacity each replica may use. The parts of one instance never add up to more than it has.
CREATE TABLE slot_grant (
  tenant_id   text COLLATE "C" NOT NULL,
  module_id   text COLLATE "C" NOT NULL,
  instance_id text COLLATE "C" NOT NULL,
  replica_id  text NOT NULL,
  granted     integer NOT NULL,
  in_flight   integer NOT NULL,
  -- Calls that no other replica could make instead.
  wanted      integer NOT NULL,
  -- The most it could use now.
  usable      integer NOT NULL,
  PRIMARY KEY (tenant_id, module_id, instance_id, replica_id)
) WITH (fillfactor = 50);

-- One round of one replica: gives back what it asks no longer, takes what is free up to what it asks, and answers what all
-- live replicas then have. Two statements, so that the second sees everything committed before the lock was had. A round is
-- a sign of life, too. Nothing is taken while a live replica has not begun to share: what it uses is not known.
CREATE FUNCTION share_slots(me text, dead_after_ms double precision, asks jsonb)
RETURNS TABLE (is_alone boolean, grants jsonb)
LANGUAGE plpgsql AS $$
DECLARE
  oldest_alive timestamptz := clock_timestamp() - dead_after_ms * interval '1 millisecond';
  others integer;
  is_ready boolean;
BEGIN
  PERFORM pg_advisory_xact_lock(hashtextextended('quarterdeck.slots', 0));
  SELECT count(*), coalesce(bool_and(r.slots_from IS NOT NULL), true) INTO others, is_ready
  FROM replica r WHERE r.id <> me AND r.stopped_at IS NULL AND r.heartbeat_at > oldest_alive;
  IF others = 0 THEN
    DELETE FROM slot_grant;
    UPDATE replica SET slots_from = NULL, heartbeat_at = clock_timestamp() WHERE id = me;
    RETURN QUERY SELECT true, NULL::jsonb;
    RETURN;
  END IF;
  UPDATE replica SET slots_from = coalesce(slots_from, clock_timestamp()), heartbeat_at = clock_timestamp() WHERE id = me;
  DELETE FROM slot_grant g WHERE g.replica_id <> me AND g.replica_id NOT IN (
    SELECT r.id FROM replica r WHERE r.stopped_at IS NULL AND r.heartbeat_at > oldest_alive);
  DELETE FROM slot_grant g WHERE g.replica_id = me AND NOT EXISTS (
    SELECT FROM jsonb_to_recordset(asks) AS a(t text, m text, i text)
    WHERE a.t = g.tenant_id AND a.m = g.module_id AND a.i = g.instance_id);
  INSERT INTO slot_grant AS g (tenant_id, module_id, instance_id, replica_id, granted, in_flight, wanted, usable)
  SELECT a.t, a.m, a.i, me,
         greatest(a.in_flight, least(CASE WHEN is_ready THEN a.target ELSE least(a.target, a.held) END, a.capacity - o.granted)),
         a.in_flight, a.wanted, a.usable
  FROM jsonb_to_recordset(asks) AS a(t text, m text, i text, capacity integer, held integer, target integer,
                                     in_flight integer, wanted integer, usable integer)
  CROSS JOIN LATERAL (
    SELECT coalesce(sum(x.granted), 0)::integer AS granted FROM slot_grant x
    WHERE x.tenant_id = a.t AND x.module_id = a.m AND x.instance_id = a.i AND x.replica_id <> me
  ) o
  ORDER BY a.t, a.m, a.i
  ON CONFLICT (tenant_id, module_id, instance_id, replica_id) DO UPDATE SET
    granted = excluded.granted, in_flight = excluded.in_flight, wanted = excluded.wanted, usable = excluded.usable
  WHERE (g.granted, g.in_flight, g.wanted, g.usable)
    IS DISTINCT FROM (excluded.granted, excluded.in_flight, excluded.wanted, excluded.usable);
  RETURN QUERY SELECT false, (
    SELECT jsonb_agg(jsonb_build_array(
      g.tenant_id, g.module_id, g.instance_id, g.replica_id, g.granted, g.in_flight, g.wanted, g.usable))
    FROM slot_grant g);
END $$;

-- The secret of the installation, for replicas that share nothing but this database: its fingerprint, and the key itself
-- sealed with the password of the connection, unless the operators give it to every replica themselves.
CREATE TABLE installation (
  id              boolean PRIMARY KEY DEFAULT true CHECK (id),
  key_fingerprint text NOT NULL,
  key_sealed      text,
  created_at      timestamptz NOT NULL DEFAULT now()
);

-- Leases that somebody asked to stop: their replica looks for them every second.
CREATE INDEX lease_cancelled_idx ON lease (replica_id) WHERE cancel_reason IS NOT NULL;
