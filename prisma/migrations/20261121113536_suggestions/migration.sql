-- Suggestions: what was found or proposed, where it stands, and all that was done about it. `record` is the whole of it; the
-- columns are what it is looked up by. Rows are few (tens to thousands) and kept.
CREATE TABLE "suggestion" (
    "tenant_id" TEXT NOT NULL,
    "id" UUID NOT NULL,
    "key" TEXT NOT NULL,
    "status" TEXT NOT NULL,
    "urgency" SMALLINT NOT NULL,
    "analyzer" TEXT NOT NULL,
    "module_id" TEXT,
    "revision" INTEGER NOT NULL,
    "record" JSONB NOT NULL,
    "created_at" TIMESTAMPTZ(6) NOT NULL,
    "updated_at" TIMESTAMPTZ(6) NOT NULL,
    "due_at" TIMESTAMPTZ(6),

    CONSTRAINT "suggestion_pkey" PRIMARY KEY ("tenant_id", "id")
);

CREATE INDEX "suggestion_tenant_id_key_id_idx" ON "suggestion"("tenant_id", "key", "id");
CREATE INDEX "suggestion_due_at_idx" ON "suggestion"("due_at");

-- What is found again joins the suggestion that lives; two analyses at once cannot open two.
CREATE UNIQUE INDEX "suggestion_living_key" ON "suggestion"("tenant_id", "key")
    WHERE "status" IN ('open', 'snoozed', 'approved', 'voided', 'expired', 'applied');

-- When the record was last analyzed, by whom, and which analyzers had too little to go by.
CREATE TABLE "analysis_run" (
    "tenant_id" TEXT NOT NULL,
    "id" UUID NOT NULL,
    "run" JSONB NOT NULL,
    "at" TIMESTAMPTZ(6) NOT NULL,

    CONSTRAINT "analysis_run_pkey" PRIMARY KEY ("tenant_id", "id")
);

ALTER TABLE "suggestion" ADD CONSTRAINT "suggestion_tenant_id_fkey" FOREIGN KEY ("tenant_id") REFERENCES "tenant"("id") ON DELETE NO ACTION ON UPDATE NO ACTION;
ALTER TABLE "analysis_run" ADD CONSTRAINT "analysis_run_tenant_id_fkey" FOREIGN KEY ("tenant_id") REFERENCES "tenant"("id") ON DELETE NO ACTION ON UPDATE NO ACTION;
