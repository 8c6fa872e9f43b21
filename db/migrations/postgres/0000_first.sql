CREATE TABLE "events" (
	"id" text PRIMARY KEY NOT NULL,
	"user_id" text NOT NULL,
	"grant_id" text,
	"provider" text,
	"type" text NOT NULL,
	"actor" text NOT NULL,
	"detail" text DEFAULT '{}' NOT NULL,
	"created_at" bigint NOT NULL
);
--> statement-breakpoint
CREATE TABLE "grants" (
	"id" text PRIMARY KEY NOT NULL,
	"user_id" text NOT NULL,
	"provider" text NOT NULL,
	"account_id" text DEFAULT '' NOT NULL,
	"account_label" text DEFAULT '' NOT NULL,
	"status" text NOT NULL,
	"reason" text,
	"scope" text DEFAULT '' NOT NULL,
	"requested_scope" text DEFAULT '' NOT NULL,
	"access_token" text,
	"access_token_expires_at" bigint,
	"refresh_token" text,
	"refresh_token_expires_at" bigint,
	"token_type" text DEFAULT 'bearer' NOT NULL,
	"version" integer DEFAULT 1 NOT NULL,
	"lease_id" text,
	"lease_until" bigint DEFAULT 0 NOT NULL,
	"paused_at" bigint,
	"connected_at" bigint NOT NULL,
	"created_at" bigint NOT NULL,
	"updated_at" bigint NOT NULL,
	"last_used_at" bigint,
	"last_refreshed_at" bigint,
	"disconnected_at" bigint,
	"revocation" text
);
--> statement-breakpoint
CREATE TABLE "pending_revocations" (
	"id" text PRIMARY KEY NOT NULL,
	"grant_id" text NOT NULL,
	"user_id" text NOT NULL,
	"provider" text NOT NULL,
	"account_id" text NOT NULL,
	"token" text NOT NULL,
	"token_kind" text NOT NULL,
	"version" integer NOT NULL,
	"attempts" integer DEFAULT 0 NOT NULL,
	"next_attempt_at" bigint NOT NULL,
	"expires_at" bigint NOT NULL
);
--> statement-breakpoint
CREATE TABLE "used_transactions" (
	"id" text PRIMARY KEY NOT NULL,
	"expires_at" bigint NOT NULL
);
--> statement-breakpoint
CREATE TABLE "users" (
	"id" text PRIMARY KEY NOT NULL,
	"issuer" text NOT NULL,
	"sub" text NOT NULL,
	"org" text DEFAULT '' NOT NULL,
	"name" text DEFAULT '' NOT NULL,
	"email" text DEFAULT '' NOT NULL,
	"created_at" bigint NOT NULL,
	"seen_at" bigint NOT NULL,
	"disabled_at" bigint
);
--> statement-breakpoint
CREATE TABLE "vault_canaries" (
	"key_number" integer PRIMARY KEY NOT NULL,
	"sealed" text NOT NULL,
	"created_at" bigint NOT NULL
);
--> statement-breakpoint
CREATE INDEX "events_user" ON "events" USING btree ("user_id","created_at");--> statement-breakpoint
CREATE UNIQUE INDEX "grants_living_account" ON "grants" USING btree ("user_id","provider","account_id") WHERE "grants"."status" <> 'disconnected';--> statement-breakpoint
CREATE INDEX "grants_user" ON "grants" USING btree ("user_id");--> statement-breakpoint
CREATE INDEX "used_transactions_expiry" ON "used_transactions" USING btree ("expires_at");--> statement-breakpoint
CREATE UNIQUE INDEX "users_identity" ON "users" USING btree ("issuer","sub","org");