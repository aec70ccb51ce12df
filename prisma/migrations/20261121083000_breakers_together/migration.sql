-- Breakers of several replicas, and what became of them.

-- What each replica sees of a breaker, while any of them sees trouble with it.
CREATE TABLE breaker_vote (
  tenant_id      text COLLATE "C" NOT NULL,
  module_id      text COLLATE "C" NOT NULL,
  instance_id    text COLLATE "C" NOT NULL,
  replica_id     text NOT NULL REFERENCES replica (id) ON DELETE CASCADE,
  state          text NOT NULL,
  since          timestamptz NOT NULL,
  troubled_since timestamptz,
  calls          integer NOT NULL,
  failures       integer NOT NULL,
  next_probe_at  timestamptz,
  said_at        timestamptz NOT NULL DEFAULT clock_timestamp(),
  PRIMARY KEY (tenant_id, module_id, instance_id, replica_id),
  FOREIGN KEY (tenant_id, module_id, instance_id) REFERENCES instance (tenant_id, module_id, id) ON DELETE CASCADE
);
CREATE INDEX breaker_vote_replica_idx ON breaker_vote (replica_id);

-- Who probes a breaker, and how the last probe ended that decided something. One replica at a time has the right to.
CREATE TABLE breaker_probe (
  tenant_id   text COLLATE "C" NOT NULL,
  module_id   text COLLATE "C" NOT NULL,
  instance_id text COLLATE "C" NOT NULL,
  holder      text NOT NULL,
  lease_until timestamptz NOT NULL,
  outcome     text,
  ended_by    text,
  ended_at    timestamptz,
  -- After a failed probe: when the next may begin.
  next_at     timestamptz,
  PRIMARY KEY (tenant_id, module_id, instance_id),
  FOREIGN KEY (tenant_id, module_id, instance_id) REFERENCES instance (tenant_id, module_id, id) ON DELETE CASCADE
);

INSERT INTO revision (scope) VALUES ('breakers');
CREATE TRIGGER breaker_vote_revision AFTER INSERT OR UPDATE OR DELETE ON breaker_vote
  FOR EACH STATEMENT EXECUTE FUNCTION note_revision('breakers');
-- Taking the right to probe is nobody else's business; how the probe ended is.
CREATE TRIGGER breaker_probe_revision AFTER UPDATE OF ended_at ON breaker_probe
  FOR EACH STATEMENT EXECUTE FUNCTION note_revision('breakers');

-- Every change of state of every breaker on every replica, with the calls that caused it.
CREATE TABLE breaker_change (
  id          bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  tenant_id   text COLLATE "C" NOT NULL REFERENCES tenant (id) ON DELETE NO ACTION ON UPDATE NO ACTION,
  module_id   text COLLATE "C" NOT NULL,
  instance_id text COLLATE "C" NOT NULL,
  replica_id  text NOT NULL,
  at          timestamptz NOT NULL,
  from_state  text NOT NULL,
  to_state    text NOT NULL,
  reason      text NOT NULL,
  cause       jsonb,
  calls       jsonb NOT NULL DEFAULT '[]'
);
CREATE INDEX breaker_change_breaker_idx ON breaker_change (tenant_id, module_id, instance_id, at DESC, id DESC);
CREATE INDEX breaker_change_at_idx ON breaker_change (at);
