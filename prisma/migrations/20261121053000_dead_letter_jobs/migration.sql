-- A repeated request for a job is told from another one by the digest of its body.
ALTER TABLE dead_letter_job ADD COLUMN body_hash text;
-- What a job has yet to do, however much it has done.
CREATE INDEX dead_letter_job_item_left_idx ON dead_letter_job_item (tenant_id, job_id, position) WHERE outcome IS NULL;
