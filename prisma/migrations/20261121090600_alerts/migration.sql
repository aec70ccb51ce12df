-- Alerts, webhooks with their outbox, and the results of the auditor.

-- Submissions that a replica refused since it started, told with its heartbeat.
ALTER TABLE replica ADD COLUMN refused bigint NOT NULL DEFAULT 0;

INSERT INTO duty (name) VALUES ('alerts'), ('invariants');

-- What evaluating the rules remembers, of one tenant. Whoever commits an evaluation moves the revision on, so that of two
-- replicas which both believe that it is their duty one commits.
CREATE TABLE alert_evaluation (
  tenant_id    text COLLATE "C" PRIMARY KEY REFERENCES tenant (id),
  revision     bigint NOT NULL DEFAULT 0,
  kept         jsonb NOT NULL,
  evaluated_at timestamptz NOT NULL,
  evaluated_by text NOT NULL
) WITH (fillfactor = 50);

CREATE TABLE alert (
  tenant_id       text COLLATE "C" NOT NULL REFERENCES tenant (id),
  id              uuid NOT NULL,
  rule            text NOT NULL,
  subject         text NOT NULL,
  module_id       text,
  severity        text NOT NULL,
  level           smallint NOT NULL,
  title           text NOT NULL,
  detail          text NOT NULL,
  href            text NOT NULL,
  evidence        jsonb NOT NULL,
  since           timestamptz NOT NULL,
  raised_at       timestamptz NOT NULL,
  renewed_at      timestamptz NOT NULL,
  -- When webhooks were first told of it; null while a silence kept it from them.
  notified_at     timestamptz,
  acknowledged_at timestamptz,
  acknowledged_by text,
  note            text,
  resolved_at     timestamptz,
  PRIMARY KEY (tenant_id, id)
);
-- One alert at a time for each rule and subject.
CREATE UNIQUE INDEX alert_open_key ON alert (tenant_id, rule, subject) WHERE resolved_at IS NULL;
CREATE INDEX alert_tenant_id_raised_at_id_idx ON alert (tenant_id, raised_at, id);
CREATE INDEX alert_resolved_at_idx ON alert (resolved_at);

CREATE TABLE alert_entry (
  tenant_id text COLLATE "C" NOT NULL,
  alert_id  uuid NOT NULL,
  id        bigint GENERATED ALWAYS AS IDENTITY,
  at        timestamptz NOT NULL,
  kind      text NOT NULL,
  by        text NOT NULL,
  severity  text,
  note      text,
  PRIMARY KEY (tenant_id, alert_id, id),
  FOREIGN KEY (tenant_id, alert_id) REFERENCES alert (tenant_id, id) ON DELETE CASCADE
);

CREATE TABLE alert_silence (
  tenant_id  text COLLATE "C" NOT NULL REFERENCES tenant (id),
  id         uuid NOT NULL,
  kind       text NOT NULL,
  rule       text,
  severity   text,
  module_id  text,
  starts_at  timestamptz NOT NULL,
  ends_at    timestamptz NOT NULL,
  reason     text NOT NULL,
  created_by text NOT NULL,
  created_at timestamptz NOT NULL DEFAULT clock_timestamp(),
  ended_by   text,
  PRIMARY KEY (tenant_id, id)
);
CREATE INDEX alert_silence_tenant_id_ends_at_idx ON alert_silence (tenant_id, ends_at);

CREATE TABLE webhook (
  tenant_id       text COLLATE "C" NOT NULL REFERENCES tenant (id),
  id              uuid NOT NULL,
  name            text NOT NULL,
  url             text NOT NULL,
  secret_sealed   text NOT NULL,
  severities      text[] NOT NULL,
  rules           text[] NOT NULL,
  enabled         boolean NOT NULL DEFAULT true,
  disabled_reason text,
  version         integer NOT NULL DEFAULT 1,
  created_by      text NOT NULL,
  created_at      timestamptz NOT NULL DEFAULT clock_timestamp(),
  last_success_at timestamptz,
  -- Since when every attempt has failed.
  failing_since   timestamptz,
  PRIMARY KEY (tenant_id, id)
);

-- The outbox: written by the transaction that it tells of, and kept as the log of what was sent.
CREATE TABLE webhook_delivery (
  tenant_id       text COLLATE "C" NOT NULL,
  id              uuid NOT NULL,
  webhook_id      uuid NOT NULL,
  topic           text NOT NULL,
  alert_id        uuid,
  body            text NOT NULL,
  status          text NOT NULL DEFAULT 'pending',
  created_at      timestamptz NOT NULL DEFAULT clock_timestamp(),
  next_attempt_at timestamptz DEFAULT clock_timestamp(),
  leased_by       text,
  leased_until    timestamptz,
  -- Since it was last put in the outbox, which the plan of retries goes by.
  attempts        integer NOT NULL DEFAULT 0,
  attempt_count   integer NOT NULL DEFAULT 0,
  -- The newest first, the last ten.
  attempt_log     jsonb NOT NULL DEFAULT '[]',
  ended_at        timestamptz,
  PRIMARY KEY (tenant_id, id),
  FOREIGN KEY (tenant_id, webhook_id) REFERENCES webhook (tenant_id, id) ON DELETE CASCADE
);
CREATE INDEX webhook_delivery_due_idx ON webhook_delivery (next_attempt_at) WHERE status = 'pending';
CREATE INDEX webhook_delivery_tenant_id_webhook_id_id_idx ON webhook_delivery (tenant_id, webhook_id, id);

-- The last result of each check; checks look at the whole installation.
CREATE TABLE invariant_result (
  name           text PRIMARY KEY,
  outcome        text NOT NULL,
  found          integer NOT NULL,
  sample         text[] NOT NULL,
  error          text,
  violated_since timestamptz,
  ran_at         timestamptz NOT NULL,
  duration_ms    double precision NOT NULL,
  ran_by         text NOT NULL
);
