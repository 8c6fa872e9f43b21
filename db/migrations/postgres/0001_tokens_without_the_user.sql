CREATE TABLE "api_keys" (
	"id" text PRIMARY KEY NOT NULL,
	"name" text NOT NULL,
	"hash" text NOT NULL,
	"providers" text NOT NULL,
	"org" text,
	"created_at" bigint NOT NULL,
	"expires_at" bigint,
	"revoked_at" bigint
);
--> statement-breakpoint
CREATE TABLE "provider_states" (
	"provider" text PRIMARY KEY NOT NULL,
	"error" text,
	"failures" integer DEFAULT 0 NOT NULL,
	"since" bigint,
	"blocked_until" bigint DEFAULT 0 NOT NULL,
	"reference" text
);
--> statement-breakpoint
DROP INDEX "grants_user";--> statement-breakpoint
ALTER TABLE "events" ADD COLUMN "times" integer DEFAULT 1 NOT NULL;--> statement-breakpoint
ALTER TABLE "grants" ADD COLUMN "last_used_by" text;--> statement-breakpoint
ALTER TABLE "grants" ADD COLUMN "refresh_due_at" bigint;--> statement-breakpoint
ALTER TABLE "grants" ADD COLUMN "refresh_error" text;--> statement-breakpoint
ALTER TABLE "grants" ADD COLUMN "refresh_failures" integer DEFAULT 0 NOT NULL;--> statement-breakpoint
ALTER TABLE "grants" ADD COLUMN "refresh_failing_since" bigint;--> statement-breakpoint
ALTER TABLE "grants" ADD COLUMN "refresh_not_before" bigint DEFAULT 0 NOT NULL;--> statement-breakpoint
ALTER TABLE "grants" ADD COLUMN "unanswered_sends" integer DEFAULT 0 NOT NULL;--> statement-breakpoint
ALTER TABLE "grants" ADD COLUMN "in_doubt_since" bigint;--> statement-breakpoint
CREATE UNIQUE INDEX "api_keys_hash" ON "api_keys" USING btree ("hash");--> statement-breakpoint
CREATE UNIQUE INDEX "api_keys_name" ON "api_keys" USING btree ("name") WHERE "api_keys"."revoked_at" is null;--> statement-breakpoint
CREATE INDEX "grants_refresh_due" ON "grants" USING btree ("refresh_due_at");--> statement-breakpoint
CREATE INDEX "grants_user" ON "grants" USING btree ("user_id","provider");