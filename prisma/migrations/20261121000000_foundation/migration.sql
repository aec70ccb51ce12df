-- People, tenants and keys ---------------------------------------------------------------------------------------

CREATE TABLE tenant (
  id         text COLLATE "C" PRIMARY KEY,
  name       text NOT NULL,
  created_at timestamptz NOT NULL DEFAULT now()
);
INSERT INTO tenant (id, name) VALUES ('default', 'Default');

CREATE TABLE person (
  id             text PRIMARY KEY,
  tenant_id      text COLLATE "C" NOT NULL DEFAULT 'default' REFERENCES tenant (id),
  email          text NOT NULL UNIQUE,
  email_verified boolean NOT NULL DEFAULT false,
  name           text NOT NULL,
  image          text,
  role           text NOT NULL DEFAULT 'viewer',
  created_at     timestamptz NOT NULL DEFAULT now(),
  updated_at     timestamptz NOT NULL DEFAULT now(),
  CONSTRAINT person_role_known CHECK (role IN ('viewer', 'operator', 'approver', 'admin'))
);

CREATE TABLE person_session (
  id         text PRIMARY KEY,
  tenant_id  text COLLATE "C" NOT NULL DEFAULT 'default' REFERENCES tenant (id),
  person_id  text NOT NULL REFERENCES person (id) ON DELETE CASCADE,
  token      text NOT NULL UNIQUE,
  expires_at timestamptz NOT NULL,
  ip_address text,
  user_agent text,
  created_at timestamptz NOT NULL DEFAULT now(),
  updated_at timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX person_session_person_id_idx ON person_session (person_id);

CREATE TABLE person_account (
  id                       text PRIMARY KEY,
  tenant_id                text COLLATE "C" NOT NULL DEFAULT 'default' REFERENCES tenant (id),
  person_id                text NOT NULL REFERENCES person (id) ON DELETE CASCADE,
  account_id               text NOT NULL,
  provider_id              text NOT NULL,
  access_token             text,
  refresh_token            text,
  id_token                 text,
  access_token_expires_at  timestamptz,
  refresh_token_expires_at timestamptz,
  scope                    text,
  password                 text,
  created_at               timestamptz NOT NULL DEFAULT now(),
  updated_at               timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX person_account_person_id_idx ON person_account (person_id);

CREATE TABLE verification (
  id         text PRIMARY KEY,
  tenant_id  text COLLATE "C" NOT NULL DEFAULT 'default' REFERENCES tenant (id),
  identifier text NOT NULL,
  value      text NOT NULL,
  expires_at timestamptz NOT NULL,
  created_at timestamptz NOT NULL DEFAULT now(),
  updated_at timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX verification_identifier_idx ON verification (identifier);

CREATE TABLE api_key (
  tenant_id  text COLLATE "C" NOT NULL REFERENCES tenant (id),
  id         uuid NOT NULL,
  name       text NOT NULL,
  key_hash   text NOT NULL UNIQUE,
  scopes     text[] NOT NULL,
  created_by text NOT NULL,
  created_at timestamptz NOT NULL DEFAULT now(),
  revoked_at timestamptz,
  PRIMARY KEY (tenant_id, id)
);

-- Every act of a person or key that changes something; written in the same transaction as the change. `seq` and
-- `hash` are filled afterwards, when the row is chained to the one before it.
CREATE TABLE audit_entry (
  tenant_id   text COLLATE "C" NOT NULL REFERENCES tenant (id),
  id          uuid NOT NULL,
  at          timestamptz NOT NULL DEFAULT clock_timestamp(),
  actor_kind  text NOT NULL,
  actor_id    text NOT NULL,
  actor_name  text NOT NULL,
  action      text NOT NULL,
  target_kind text NOT NULL,
  target_id   text NOT NULL,
  reason      text,
  details     jsonb NOT NULL DEFAULT '{}',
  seq         bigint,
  hash        text,
  PRIMARY KEY (tenant_id, id)
);
CREATE INDEX audit_entry_tenant_id_target_kind_target_id_at_idx ON audit_entry (tenant_id, target_kind, target_id, at);
CREATE INDEX audit_entry_tenant_id_at_idx ON audit_entry (tenant_id, at);

-- Configuration ----------------------------------------------------------------------------------------------------

CREATE TABLE setting (
  tenant_id  text COLLATE "C" NOT NULL REFERENCES tenant (id),
  key        text NOT NULL,
  value      jsonb NOT NULL,
  version    integer NOT NULL DEFAULT 1,
  updated_by text NOT NULL,
  updated_at timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (tenant_id, key)
);

-- Append-only: what each version of a module, route, breaker or setting was.
CREATE TABLE config_change (
  tenant_id   text COLLATE "C" NOT NULL REFERENCES tenant (id),
  entity_kind text NOT NULL,
  entity_id   text NOT NULL,
  version     integer NOT NULL,
  value       jsonb NOT NULL,
  changed_by  text NOT NULL,
  changed_at  timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (tenant_id, entity_kind, entity_id, version)
);

CREATE TABLE module (
  tenant_id         text COLLATE "C" NOT NULL REFERENCES tenant (id),
  id                text COLLATE "C" NOT NULL,
  name              text NOT NULL,
  category          text NOT NULL,
  version           text NOT NULL,
  owner             text,
  description       text,
  driver            text NOT NULL,
  body_style        text NOT NULL DEFAULT 'envelope',
  capabilities      jsonb NOT NULL,
  depends_on        text[] NOT NULL DEFAULT '{}',
  cost_per_hour_usd numeric(20,10) NOT NULL DEFAULT 0,
  strategy          text NOT NULL,
  preference        integer NOT NULL DEFAULT 0,
  breaker           jsonb NOT NULL,
  retry             jsonb NOT NULL,
  -- Standard Webhooks secret, encrypted with the installation's key.
  secret_sealed     text NOT NULL,
  enabled           boolean NOT NULL DEFAULT true,
  disabled_reason   text,
  disabled_by       text,
  disabled_at       timestamptz,
  config_version    integer NOT NULL DEFAULT 1,
  registered_at     timestamptz NOT NULL DEFAULT now(),
  updated_at        timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (tenant_id, id)
);

CREATE TABLE instance (
  tenant_id     text COLLATE "C" NOT NULL,
  module_id     text COLLATE "C" NOT NULL,
  id            text COLLATE "C" NOT NULL,
  endpoint      text NOT NULL,
  capacity      integer NOT NULL,
  weight        double precision NOT NULL DEFAULT 1,
  registered_at timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (tenant_id, module_id, id),
  UNIQUE (tenant_id, module_id, endpoint),
  FOREIGN KEY (tenant_id, module_id) REFERENCES module (tenant_id, id) ON DELETE CASCADE
);

-- An operator's hold on a breaker; survives restarts.
CREATE TABLE breaker_override (
  tenant_id   text COLLATE "C" NOT NULL,
  module_id   text COLLATE "C" NOT NULL,
  instance_id text COLLATE "C" NOT NULL,
  state       text NOT NULL,
  forced_by   text NOT NULL,
  reason      text NOT NULL,
  forced_at   timestamptz NOT NULL DEFAULT now(),
  expires_at  timestamptz,
  PRIMARY KEY (tenant_id, module_id, instance_id),
  FOREIGN KEY (tenant_id, module_id, instance_id) REFERENCES instance (tenant_id, module_id, id) ON DELETE CASCADE
);

-- What was learned of each service for each task type; evidence decays by half-life.
CREATE TABLE service_record (
  tenant_id  text COLLATE "C" NOT NULL REFERENCES tenant (id),
  task_type  text COLLATE "C" NOT NULL,
  module_id  text COLLATE "C" NOT NULL,
  successes  double precision NOT NULL,
  failures   double precision NOT NULL,
  mean_ms    double precision,
  errors     jsonb NOT NULL DEFAULT '{}',
  updated_at timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (tenant_id, task_type, module_id)
);

CREATE TABLE health_point (
  tenant_id text COLLATE "C" NOT NULL REFERENCES tenant (id),
  at        timestamptz NOT NULL,
  score     double precision NOT NULL,
  status    text NOT NULL,
  systems   double precision,
  modules   double precision,
  PRIMARY KEY (tenant_id, at)
);

-- Replicas and leases of duties ------------------------------------------------------------------------------------

CREATE TABLE replica (
  id           text PRIMARY KEY,
  host         text NOT NULL,
  pid          integer NOT NULL,
  version      text NOT NULL,
  started_at   timestamptz NOT NULL DEFAULT clock_timestamp(),
  heartbeat_at timestamptz NOT NULL DEFAULT clock_timestamp(),
  stopped_at   timestamptz
);

-- Tasks ------------------------------------------------------------------------------------------------------------
-- A live task stands in exactly one of `ready`, `waiting` and `lease`; an ended one in `outcome`. Every move between
-- them is one statement, so any snapshot sees it in one place. `task` itself is never updated.
-- `task`, `attempt` and `outcome` are partitioned by id: ids are UUIDv7, so a range of ids is a range of time, a look-up
-- by id touches one partition, and retention drops whole ones. The database makes the daily partitions at run time;
-- the default partition catches what falls outside of them.

-- One queue for each (tenant, type, pinned module); short numbers keep the hot index narrow.
CREATE TABLE lane (
  id        integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  tenant_id text COLLATE "C" NOT NULL REFERENCES tenant (id),
  task_type text COLLATE "C" NOT NULL,
  module_id text COLLATE "C" NOT NULL DEFAULT '',
  UNIQUE (tenant_id, task_type, module_id)
);

CREATE TABLE task (
  tenant_id       text COLLATE "C" NOT NULL,
  id              uuid NOT NULL,
  lane_id         integer NOT NULL,
  type            text COLLATE "C" NOT NULL,
  module_id       text COLLATE "C",
  priority        smallint NOT NULL,
  score           real NOT NULL,
  rank            bigint NOT NULL,
  run_at          timestamptz,
  deadline        timestamptz NOT NULL DEFAULT 'infinity',
  timeout_ms      integer NOT NULL,
  max_attempts    smallint NOT NULL,
  complexity      real NOT NULL DEFAULT 1,
  idempotency_key text,
  submitted_by    text NOT NULL,
  retry_of        uuid,
  accepted_at     timestamptz NOT NULL,
  payload         jsonb NOT NULL,
  PRIMARY KEY (tenant_id, id)
) PARTITION BY RANGE (id);
CREATE INDEX task_tenant_id_type_id_idx ON task (tenant_id, type, id);
CREATE INDEX task_tenant_id_retry_of_idx ON task (tenant_id, retry_of) WHERE retry_of IS NOT NULL;

CREATE TABLE ready (
  lane_id     integer NOT NULL,
  rank        bigint NOT NULL,
  priority    smallint NOT NULL,
  deadline    timestamptz NOT NULL,
  id          uuid NOT NULL,
  tenant_id   text COLLATE "C" NOT NULL,
  attempts    smallint NOT NULL,
  enqueued_at timestamptz NOT NULL,
  -- When its first attempt began; null before.
  started_at  timestamptz,
  PRIMARY KEY (lane_id, rank, priority, deadline, id)
);
CREATE INDEX ready_deadline_idx ON ready (deadline) WHERE deadline < 'infinity';

CREATE TABLE waiting (
  id         uuid PRIMARY KEY,
  tenant_id  text COLLATE "C" NOT NULL,
  -- Null while blocked by parents.
  due_at     timestamptz,
  parents    integer NOT NULL DEFAULT 0,
  attempts   smallint NOT NULL,
  -- `not_before`, `retry`, `busy` or `parents`.
  reason     text NOT NULL,
  since      timestamptz NOT NULL,
  started_at timestamptz
);
CREATE INDEX waiting_due_at_idx ON waiting (due_at);

CREATE SEQUENCE lease_no_seq AS bigint CACHE 1;

CREATE TABLE lease (
  id          uuid PRIMARY KEY,
  tenant_id   text COLLATE "C" NOT NULL,
  lease_no    bigint NOT NULL,
  replica_id  text NOT NULL,
  attempts    smallint NOT NULL,
  enqueued_at timestamptz NOT NULL,
  claimed_at  timestamptz NOT NULL,
  started_at  timestamptz,
  -- Set when somebody asked for it to stop.
  cancel_reason text
);
CREATE INDEX lease_replica_id_idx ON lease (replica_id);

CREATE TABLE attempt (
  tenant_id     text COLLATE "C" NOT NULL,
  task_id       uuid NOT NULL,
  number        smallint NOT NULL,
  lease_no      bigint NOT NULL,
  replica_id    text NOT NULL,
  module_id     text COLLATE "C" NOT NULL,
  instance_id   text COLLATE "C" NOT NULL,
  outcome       text NOT NULL,
  error_code    text,
  error_message text,
  enqueued_at   timestamptz NOT NULL,
  claimed_at    timestamptz NOT NULL,
  dispatched_at timestamptz NOT NULL,
  ended_at      timestamptz NOT NULL,
  decision      jsonb,
  PRIMARY KEY (tenant_id, task_id, number)
) PARTITION BY RANGE (task_id);

CREATE TABLE outcome (
  tenant_id     text COLLATE "C" NOT NULL,
  id            uuid NOT NULL,
  status        text COLLATE "C" NOT NULL,
  served_by     text COLLATE "C",
  attempts      smallint NOT NULL,
  started_at    timestamptz,
  finished_at   timestamptz NOT NULL,
  error_code    text,
  error_message text,
  reason        text,
  result        jsonb,
  PRIMARY KEY (tenant_id, id),
  CONSTRAINT outcome_status_terminal CHECK (status IN ('succeeded', 'failed', 'cancelled', 'expired'))
) PARTITION BY RANGE (id);
CREATE INDEX outcome_unsuccessful_idx ON outcome (tenant_id, status, id) WHERE status <> 'succeeded';

CREATE TABLE task_default PARTITION OF task DEFAULT;
CREATE TABLE attempt_default PARTITION OF attempt DEFAULT;
CREATE TABLE outcome_default PARTITION OF outcome DEFAULT;

CREATE TABLE idempotency (
  tenant_id  text COLLATE "C" NOT NULL,
  key        text NOT NULL,
  body_hash  text NOT NULL,
  task_id    uuid NOT NULL,
  created_at timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (tenant_id, key)
);
CREATE INDEX idempotency_created_at_idx ON idempotency (created_at);

-- Running totals of ended tasks, added to in the transaction that ends them; one row per replica keeps writers apart.
CREATE TABLE task_total (
  tenant_id  text COLLATE "C" NOT NULL,
  replica_id text NOT NULL,
  accepted   bigint NOT NULL DEFAULT 0,
  succeeded  bigint NOT NULL DEFAULT 0,
  failed     bigint NOT NULL DEFAULT 0,
  cancelled  bigint NOT NULL DEFAULT 0,
  expired    bigint NOT NULL DEFAULT 0,
  PRIMARY KEY (tenant_id, replica_id)
);

-- Events -----------------------------------------------------------------------------------------------------------
-- One row per committed batch of one tenant. `events` is a JSON array; event i of the batch has sequence number
-- `first_seq + i`. `first_seq` is assigned after commit, by one sequencer, so numbers have no gaps and never go back.

CREATE TABLE event_batch (
  id         bigint GENERATED ALWAYS AS IDENTITY,
  tenant_id  text COLLATE "C" NOT NULL,
  written_at timestamptz NOT NULL DEFAULT clock_timestamp(),
  first_seq  bigint,
  count      integer NOT NULL,
  types      text[] NOT NULL,
  events     text NOT NULL,
  PRIMARY KEY (written_at, id)
) PARTITION BY RANGE (written_at);
CREATE INDEX event_batch_unsequenced_idx ON event_batch (id) WHERE first_seq IS NULL;
CREATE INDEX event_batch_first_seq_idx ON event_batch (first_seq);
CREATE TABLE event_batch_default PARTITION OF event_batch DEFAULT;

CREATE TABLE event_sequence (
  id          boolean PRIMARY KEY DEFAULT true CHECK (id),
  last_seq    bigint NOT NULL DEFAULT 0,
  -- Up to here the totals by type have been counted.
  counted_seq bigint NOT NULL DEFAULT 0
);
INSERT INTO event_sequence DEFAULT VALUES;

-- Counts by type since the first start.
CREATE TABLE event_total (
  tenant_id text COLLATE "C" NOT NULL,
  type      text COLLATE "C" NOT NULL,
  count     bigint NOT NULL,
  PRIMARY KEY (tenant_id, type)
);

-- Numbers committed batches in the order in which they became visible, and returns them. Two statements, so that the
-- second one sees everything committed before the lock was had.
CREATE FUNCTION sequence_events(max_batches integer)
RETURNS TABLE (id bigint, tenant_id text, written_at timestamptz, first_seq bigint, count integer, types text[], events text)
LANGUAGE plpgsql AS $$
DECLARE
  head bigint;
  taken bigint;
BEGIN
  SELECT s.last_seq INTO head FROM event_sequence s FOR UPDATE;
  RETURN QUERY
    WITH pending AS (
      SELECT b.id, b.written_at, sum(b.count) OVER (ORDER BY b.id) - b.count AS before
      FROM event_batch b WHERE b.first_seq IS NULL ORDER BY b.id LIMIT max_batches
    ), numbered AS (
      UPDATE event_batch b SET first_seq = head + 1 + p.before
      FROM pending p WHERE b.id = p.id AND b.written_at = p.written_at
      RETURNING b.id, b.tenant_id, b.written_at, b.first_seq, b.count, b.types, b.events
    )
    SELECT n.id, n.tenant_id, n.written_at, n.first_seq, n.count, n.types, n.events FROM numbered n ORDER BY n.first_seq;
  SELECT coalesce(max(b.first_seq + b.count - 1), head) INTO taken
  FROM (SELECT e.first_seq, e.count FROM event_batch e WHERE e.first_seq > head ORDER BY e.first_seq DESC LIMIT 1) b;
  UPDATE event_sequence SET last_seq = taken WHERE last_seq <> taken;
END $$;
