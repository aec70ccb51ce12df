-- Limits and traces of tasks ---------------------------------------------------------------------------------------

ALTER TABLE task
  -- Total time from the first start; null means the server's own.
  ADD COLUMN total_timeout_ms integer,
  -- W3C trace context of whoever submitted it.
  ADD COLUMN traceparent text COLLATE "C";

-- What a running task saved of its work; written under the lease, handed to the next attempt, gone with the end.
CREATE TABLE checkpoint (
  task_id   uuid PRIMARY KEY,
  tenant_id text COLLATE "C" NOT NULL,
  lease_no  bigint NOT NULL,
  module_id text COLLATE "C" NOT NULL,
  data      jsonb NOT NULL,
  saved_at  timestamptz NOT NULL DEFAULT clock_timestamp()
);
CREATE INDEX checkpoint_saved_at_idx ON checkpoint (saved_at);

-- Calls that were ended so that urgent work could run; they used no attempt, so `number` comes again in `attempt`.
CREATE TABLE preemption (
  tenant_id     text COLLATE "C" NOT NULL,
  task_id       uuid NOT NULL,
  lease_no      bigint NOT NULL,
  number        smallint NOT NULL,
  replica_id    text NOT NULL,
  module_id     text COLLATE "C" NOT NULL,
  instance_id   text COLLATE "C" NOT NULL,
  error_message text,
  enqueued_at   timestamptz NOT NULL,
  claimed_at    timestamptz NOT NULL,
  dispatched_at timestamptz NOT NULL,
  ended_at      timestamptz NOT NULL,
  cost_usd      numeric(20,10) NOT NULL DEFAULT 0,
  PRIMARY KEY (tenant_id, task_id, lease_no)
);
CREATE INDEX preemption_ended_at_idx ON preemption (ended_at);

-- Parts of the queue that an operator holds back: all of it, a module, or a task type. `target_id` is '' for all.
CREATE TABLE queue_pause (
  tenant_id text COLLATE "C" NOT NULL REFERENCES tenant (id),
  scope     text NOT NULL,
  target_id text COLLATE "C" NOT NULL DEFAULT '',
  reason    text NOT NULL,
  paused_by text NOT NULL,
  paused_at timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (tenant_id, scope, target_id),
  CONSTRAINT queue_pause_scope_known CHECK (scope IN ('all', 'module', 'type'))
);
