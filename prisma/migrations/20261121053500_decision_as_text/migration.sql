-- A decision is written once per attempt and read whole: json keeps the text as it came, which costs a tenth of building jsonb.
ALTER TABLE attempt ALTER COLUMN decision TYPE json USING decision::json;
