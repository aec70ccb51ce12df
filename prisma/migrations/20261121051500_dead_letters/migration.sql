-- Dead letters -----------------------------------------------------------------------------------------------------
-- One row per task that ended `failed`, written by the statement that ends it; updated once, when somebody deals with it.
-- Partitioned by task id like the history that it leads to, and dropped with it: without the task there is no payload left
-- to reprocess.

CREATE TABLE dead_letter (
  tenant_id      text COLLATE "C" NOT NULL,
  id             uuid NOT NULL,
  type           text COLLATE "C" NOT NULL,
  module_id      text COLLATE "C",
  priority       smallint NOT NULL,
  attempts       smallint NOT NULL,
  error_code     text NOT NULL,
  error_message  text NOT NULL,
  fingerprint    text COLLATE "C" NOT NULL,
  -- Whole milliseconds, so that cursors can name it.
  failed_at      timestamptz NOT NULL,
  state          text COLLATE "C" NOT NULL DEFAULT 'open',
  reprocessed_as uuid,
  job_id         uuid,
  closed_at      timestamptz,
  closed_by      text,
  reason         text,
  PRIMARY KEY (tenant_id, id),
  CONSTRAINT dead_letter_state_known CHECK (state IN ('open', 'reprocessed', 'discarded'))
) PARTITION BY RANGE (id);
CREATE INDEX dead_letter_open_idx ON dead_letter (tenant_id, failed_at, id) WHERE state = 'open';
CREATE INDEX dead_letter_tenant_id_failed_at_id_idx ON dead_letter (tenant_id, failed_at, id);
CREATE INDEX dead_letter_tenant_id_fingerprint_failed_at_id_idx ON dead_letter (tenant_id, fingerprint, failed_at, id);
CREATE TABLE dead_letter_default PARTITION OF dead_letter DEFAULT;

-- Work on many letters at once, done by one replica at a time: whoever holds the lease, by the database's clock.
CREATE TABLE dead_letter_job (
  tenant_id       text COLLATE "C" NOT NULL REFERENCES tenant (id),
  id              uuid NOT NULL,
  kind            text NOT NULL,
  status          text COLLATE "C" NOT NULL,
  created_at      timestamptz NOT NULL DEFAULT clock_timestamp(),
  actor_kind      text NOT NULL,
  actor_id        text NOT NULL,
  actor_name      text NOT NULL,
  reason          text,
  filter          jsonb,
  idempotency_key text,
  total           integer NOT NULL DEFAULT 0,
  done            integer NOT NULL DEFAULT 0,
  refused         integer NOT NULL DEFAULT 0,
  skipped         integer NOT NULL DEFAULT 0,
  rate_per_second integer NOT NULL,
  trial_size      integer,
  continue_from   double precision,
  trial_ended     integer NOT NULL DEFAULT 0,
  trial_succeeded integer NOT NULL DEFAULT 0,
  waiting_for     text,
  leased_by       text,
  leased_until    timestamptz,
  ended_at        timestamptz,
  ended_by        text,
  end_reason      text,
  PRIMARY KEY (tenant_id, id),
  UNIQUE (tenant_id, idempotency_key),
  CONSTRAINT dead_letter_job_kind_known CHECK (kind IN ('reprocess', 'discard')),
  CONSTRAINT dead_letter_job_status_known CHECK (status IN ('trial', 'deciding', 'running', 'done', 'aborted'))
);
CREATE INDEX dead_letter_job_at_work_idx ON dead_letter_job (created_at) WHERE status IN ('trial', 'running');

-- The letters of a job, fixed when it is made, in the order in which they are taken; a sample comes first.
CREATE TABLE dead_letter_job_item (
  tenant_id text COLLATE "C" NOT NULL,
  job_id    uuid NOT NULL,
  position  integer NOT NULL,
  letter_id uuid NOT NULL,
  -- `done`, `refused` or `skipped`; null before.
  outcome   text,
  task_id   uuid,
  code      text,
  message   text,
  PRIMARY KEY (tenant_id, job_id, position)
);
