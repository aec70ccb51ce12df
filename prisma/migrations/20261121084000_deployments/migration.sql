-- What each instance runs, whether it is in rotation, until when running calls of something disabled may go on, and the way of a
-- new version into a module. All of it may be absent: a replica of the version before writes rows without it.
ALTER TABLE instance
  ADD COLUMN version           text,
  ADD COLUMN in_rotation_since timestamptz(6),
  ADD COLUMN out               jsonb;
UPDATE instance i SET version = m.version FROM module m WHERE m.tenant_id = i.tenant_id AND m.id = i.module_id;

ALTER TABLE module
  ADD COLUMN give_up_at timestamptz(6),
  ADD COLUMN deployment jsonb;

-- Calls that ended while a version was deployed, added up by all replicas: a row for each version and move of the deployment.
CREATE TABLE deployment_tally (
  tenant_id     text    NOT NULL,
  module_id     text    NOT NULL,
  deployment_id text    NOT NULL,
  round         integer NOT NULL,
  version       text    NOT NULL,
  step          integer NOT NULL,
  calls         bigint  NOT NULL,
  failures      bigint  NOT NULL,
  PRIMARY KEY (tenant_id, module_id, deployment_id, round, version),
  FOREIGN KEY (tenant_id, module_id) REFERENCES module (tenant_id, id) ON DELETE CASCADE
);
