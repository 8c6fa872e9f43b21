CREATE TABLE "ended_sessions" (
	"issuer" text NOT NULL,
	"sid" text NOT NULL,
	"sub" text NOT NULL,
	"ended_at" bigint NOT NULL,
	"expires_at" bigint NOT NULL
);
--> statement-breakpoint
CREATE UNIQUE INDEX "ended_sessions_key" ON "ended_sessions" USING btree ("issuer","sid","sub");--> statement-breakpoint
CREATE INDEX "ended_sessions_expiry" ON "ended_sessions" USING btree ("expires_at");