CREATE TABLE "completions" (
	"hash" text PRIMARY KEY NOT NULL,
	"sealed" text NOT NULL,
	"sub" text NOT NULL,
	"org" text NOT NULL,
	"expires_at" bigint NOT NULL
);
--> statement-breakpoint
CREATE INDEX "completions_expiry" ON "completions" USING btree ("expires_at");