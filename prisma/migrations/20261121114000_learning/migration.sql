-- What is learned beside our own calls, and what programs and people ask to have remembered. ------------------------

-- Outcomes of calls that others made and reported, for 7 days: a key counts once.
CREATE TABLE reported_outcome (
  tenant_id   text COLLATE "C" NOT NULL REFERENCES tenant (id),
  key         text COLLATE "C" NOT NULL,
  task_type   text COLLATE "C" NOT NULL,
  module_id   text COLLATE "C" NOT NULL,
  outcome     text NOT NULL,
  duration_ms double precision NOT NULL,
  error_code  text,
  reported_by text NOT NULL,
  reported_at timestamptz NOT NULL DEFAULT clock_timestamp(),
  PRIMARY KEY (tenant_id, key)
);
CREATE INDEX reported_outcome_reported_at_idx ON reported_outcome (reported_at);

CREATE TABLE memory_context (
  tenant_id  text COLLATE "C" NOT NULL REFERENCES tenant (id),
  name       text COLLATE "C" NOT NULL,
  value      jsonb NOT NULL,
  bytes      integer NOT NULL,
  task_types text[] NOT NULL,
  updated_by text NOT NULL,
  updated_at timestamptz NOT NULL DEFAULT clock_timestamp(),
  expires_at timestamptz NOT NULL,
  PRIMARY KEY (tenant_id, name)
);
CREATE INDEX memory_context_expires_at_idx ON memory_context (expires_at);
