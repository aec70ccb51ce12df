-- What-if runs on recorded traffic, with what they found. A run that nobody has touched for a minute is over.
CREATE TABLE "simulation" (
    "tenant_id" TEXT NOT NULL,
    "id" UUID NOT NULL,
    "status" TEXT NOT NULL,
    "progress" DOUBLE PRECISION NOT NULL DEFAULT 0,
    "request" JSONB NOT NULL,
    "changes" JSONB NOT NULL,
    "requested_by" TEXT NOT NULL,
    "replica_id" TEXT NOT NULL,
    "configuration_hash" TEXT NOT NULL,
    "code_version" TEXT NOT NULL,
    "cancel_requested" BOOLEAN NOT NULL DEFAULT false,
    "result" JSONB,
    "error_code" TEXT,
    "error_message" TEXT,
    "created_at" TIMESTAMPTZ(6) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "touched_at" TIMESTAMPTZ(6) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "finished_at" TIMESTAMPTZ(6),

    CONSTRAINT "simulation_pkey" PRIMARY KEY ("tenant_id", "id")
);

ALTER TABLE "simulation" ADD CONSTRAINT "simulation_tenant_id_fkey" FOREIGN KEY ("tenant_id") REFERENCES "tenant"("id") ON DELETE NO ACTION ON UPDATE NO ACTION;
